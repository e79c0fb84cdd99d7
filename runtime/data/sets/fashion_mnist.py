"""Fashion-MNIST: MNIST's form, clothes for digits, and harder."""

from __future__ import annotations

from runtime.data.idx_set import IdxSet, downloads
from runtime.data.registry import dataset


@dataset
class FashionMnist(IdxSet):
    """Addresses: the publisher's; SHA-256 as TensorFlow Datasets lists them."""

    name = "fashion-mnist"
    title = "Fashion-MNIST (70,000 pieces of clothing)"
    what = "Fashion-MNIST"
    classes = (
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    )  # fmt: skip
    help = "Grey pictures of clothes, light on black, in MNIST’s form. Its four files are yours to download once."
    source = "Fashion-MNIST, by Han Xiao, Kashif Rasul and Roland Vollgraf (Zalando Research), 2017"
    licence = "MIT"
    downloads = downloads(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ("train-images-idx3-ubyte.gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880),
        ("train-labels-idx1-ubyte.gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515),
        ("t10k-images-idx3-ubyte.gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102),
        ("t10k-labels-idx1-ubyte.gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148),
    )
