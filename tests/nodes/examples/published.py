"""What the papers and the lectures say of the large networks: parameters, and what leaves layers, channels × side × side."""

from __future__ import annotations

#: Trained numbers; running means and variances are none.
PARAMETERS = {
    "alexnet": 62_378_344, "vgg16": 138_357_544, "vgg19": 143_667_240, "googlenet": 6_998_552, "resnet18": 11_689_512,
    "resnet34": 21_797_672, "resnet50": 25_557_032, "resnet152": 60_192_808, "nin": 966_986,
    "nin-stacks": 4_096_000 + 950_272, "fcn8s": 134_489_759, "deconvnet": 251_788_949, "lenet": 44_426, "mlp": 101_770,
    # 65 characters in 64 numbers, three LSTMs of 512 (ONNX has two offsets a gate), 65 scores
    "charrnn": 65 * 64 + 2048 * (64 + 512 + 2) + 2 * 2048 * (512 + 512 + 2) + 65 * 513,
}  # fmt: skip

#: Channels and side by layer, from the papers' tables. Where a name is missing, nothing is said of it.
SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "alexnet": {
        "conv1": (96, 55, 55), "pool1": (96, 27, 27), "conv2": (256, 27, 27), "pool2": (256, 13, 13), "conv3": (384, 13, 13),
        "conv4": (384, 13, 13), "conv5": (256, 13, 13), "pool5": (256, 6, 6), "flatten1": (9216,), "fc6": (4096,),
        "fc7": (4096,), "fc8": (1000,),
    },
    "vgg16": {
        "conv1": (64, 224, 224), "conv2": (128, 112, 112), "conv3": (256, 56, 56), "conv4": (512, 28, 28),
        "conv5": (512, 14, 14), "pool5": (512, 7, 7), "fc6": (4096,), "fc7": (4096,), "fc8": (1000,),
    },
    "googlenet": {
        "stem": (192, 28, 28), "inception 3a": (256, 28, 28), "inception 3b": (480, 28, 28), "pool3": (480, 14, 14),
        "inception 4a": (512, 14, 14), "inception 4b": (512, 14, 14), "inception 4c": (512, 14, 14),
        "inception 4d": (528, 14, 14), "inception 4e": (832, 14, 14), "pool4": (832, 7, 7), "inception 5a": (832, 7, 7),
        "inception 5b": (1024, 7, 7), "average": (1024,), "classifier": (1000,),
    },
    "resnet18": {
        "conv1": (64, 56, 56), "conv2": (64, 56, 56), "conv3": (128, 28, 28), "conv4": (256, 14, 14), "conv5": (512, 7, 7),
    },
    "resnet152": {
        "conv2": (256, 56, 56), "conv3": (512, 28, 28), "conv4": (1024, 14, 14), "conv5": (2048, 7, 7), "fc": (1000,),
    },
    "nin": {"mlpconv1": (96, 32, 32), "mlpconv2": (192, 16, 16), "mlpconv3": (10, 8, 8), "scores": (10,)},
    "nin-stacks": dict.fromkeys(("plain1", "plain2", "plain3", "nin1", "nin2", "nin3"), (256, 56, 56)),
    "fcn8s": {
        "to pool3": (256, 28, 28), "to pool4": (512, 14, 14), "to pool5": (512, 7, 7), "fc6, fc7": (4096, 7, 7),
        "fuse_pool4": (21, 14, 14), "fuse_pool3": (21, 28, 28), "upscore8": (21, 224, 224),
    },
    "deconvnet": {
        "conv1": (64, 112, 112), "conv5": (512, 7, 7), "fc6, fc7": (512, 7, 7), "deconv5": (512, 14, 14),
        "deconv1": (64, 224, 224), "scores": (21, 224, 224),
    },
}  # fmt: skip

#: How many pixels across one place sees, by layer (N14; l layers of k×k without dilation: l·(k−1)+1).
SEES = {
    "dilated": {"L1": 3, "L2": 7, "L3": 15},
    "context": {f"layer{i}": n for i, n in enumerate((3, 5, 9, 17, 33, 65, 67, 67), 1)},
    "nin-stacks": {"plain1": 5, "plain2": 9, "plain3": 13, "nin1": 5, "nin2": 5, "nin3": 5},
}
