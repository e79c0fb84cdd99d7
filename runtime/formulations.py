"""The static table by which a formulation is chosen from shapes: every threshold, with what was measured.

All on the CPU, ONNX Runtime 1.31, one or two threads, float32; ratios are the other formulation's time / the chosen one's.
"""

from __future__ import annotations

# -- many steps a call (`runtime.engines.grouping`) ----------------------------------------------------------------------
#: Numbers of carried state up to which steps are grouped: beyond, operators last so long that nothing is gained.
GROUPED_STATE = 20_000

# -- parameters in common vectors (`runtime.engines.lowering.packing`) ---------------------------------------------------
#: Parameters of more numbers than this gain nothing: their operators last longer than it takes to start them.
PACKED_PARAMETER = 8192
#: Updates of fewer operators gain nothing: putting gradients together and taking parameters apart costs three each.
PACKED_OPERATORS = 4

# -- constants (`runtime.engines.lowering.folding`) ----------------------------------------------------------------------
#: Numbers that a folded constant may have. Larger ones cost more memory than they save time.
FOLDED_CONSTANT = 4096

# -- weight gradients of convolutions ------------------------------------------------------------------------------------
#: Channels, and places of a map, from which two shifts are faster than im2col (16 to 128 channels: `runtime.ops.convolution`).
TWO_SHIFTS_CHANNELS, TWO_SHIFTS_PLACES = 16, 100
#: Rows and columns of kernels from which samples as channels are faster than im2col (1 and 6 channels: `batch_gradients`).
SAMPLES_AS_CHANNELS_KERNEL = 5
#: Parts of the batch that are convolved apart, where there is else too little for two threads to share (`row_gradients`).
ROW_GROUPS = 4

# -- recurrent layers (`runtime.engines.lowering.recurrence`) ------------------------------------------------------------
#: Width of a state from which blocked steps are faster. LSTM over 64 steps, one thread: width 16, batch 8: 0.91; 32, 32: 1.03;
#: 64, 32: 1.08; 256, 64: 1.06; 128 and a batch of 1: 1.3, of 4: 1.6, of 100: 0.99; GRU 128, 32: 1.05; RNN 64, 32: 1.01.
BLOCKED_STATE = 32
