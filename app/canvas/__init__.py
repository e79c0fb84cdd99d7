"""The canvas: a document as nodes and wires, and the gestures that change it. `view.CanvasView` is the door."""
