"""The whole of MNIST, from the four files that the user has put in the data folder."""

from __future__ import annotations

from runtime.data.idx_set import IdxSet, downloads
from runtime.data.registry import dataset


@dataset
class Mnist(IdxSet):
    """Addresses and SHA-256 as TensorFlow Datasets lists them; the first home, yann.lecun.com, no longer answers."""

    name = "mnist"
    title = "MNIST (70,000 handwritten digits)"
    what = "MNIST"
    classes = tuple("0123456789")
    help = "Grey pictures of handwritten digits, white on black. Its four files are yours to download once."
    source = "MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges"
    licence = "CC BY-SA 3.0"
    downloads = downloads(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ("train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9_912_422),
        ("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28_881),
        ("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1_648_877),
        ("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4_542),
    )
