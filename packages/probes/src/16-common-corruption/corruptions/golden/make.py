"""Writes published.json: what the published corruptions give on two small pictures.

The formulas are those of the scripts that made ImageNet-C and CIFAR-10-C (hendrycks/robustness,
ImageNet-C/create_c), computed by the libraries they use, so that our own code is compared with OpenCV, scikit-image
and Pillow and not with itself. The package imagecorruptions is asked too, and has to agree. Only corruptions without chance are here, and JPEG is not, because its codec is not part of this package.

Made with numpy 1.26.4, opencv-python-headless 4.11.0.86, scikit-image 0.26.0, pillow 13.0.0, imagecorruptions 1.1.2:

    python make.py > published.json
"""
import base64
import json
import sys
import warnings

import cv2
import numpy as np
from PIL import Image
from skimage.color import hsv2rgb, rgb2hsv

warnings.simplefilter("ignore")
import imagecorruptions  # noqa: E402
from imagecorruptions.corruptions import disk  # noqa: E402


def picture(height, width, channels):
    y, x = np.mgrid[0:height, 0:width]
    noise = np.random.RandomState(16).rand(height, width)
    waves = [0.5 + 0.35 * np.sin(y / 5 + k) * np.cos(x / 7 - k) + 0.15 * noise for k in range(channels)]
    image = np.uint8(np.clip(np.stack(waves, -1), 0, 1) * 255)
    image[:4, :4] = 255
    image[4:7, :4] = 0
    image[:3, 4:9, 0] = 255
    return image


def eight_bit(x):
    return np.uint8(np.clip(x, 0, 1) * 255)


def defocus_blur(image, c):
    kernel = disk(radius=c[0], alias_blur=c[1])
    channels = [cv2.filter2D(image[:, :, k] / 255.0, -1, kernel) for k in range(image.shape[2])]
    return eight_bit(np.stack(channels, -1))


def brightness(image, c):
    x = image / 255.0
    if x.shape[2] == 1:
        return eight_bit(x + c)
    x = rgb2hsv(x)
    x[:, :, 2] = np.clip(x[:, :, 2] + c, 0, 1)
    return eight_bit(hsv2rgb(x))


def contrast(image, c):
    x = image / 255.0
    means = np.mean(x, axis=(0, 1), keepdims=True)
    return eight_bit((x - means) * c + means)


def pixelate(image, c):
    height, width, channels = image.shape
    picture = Image.fromarray(image if channels == 3 else image[:, :, 0])
    picture = picture.resize((int(width * c), int(height * c)), Image.BOX).resize((width, height), Image.BOX)
    return np.array(picture).reshape(image.shape)


formulas = {
    "defocus-blur": defocus_blur,
    "brightness": brightness,
    "contrast": contrast,
    "pixelate": pixelate,
}
constants = {
    "imagenet": {
        "defocus-blur": [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)],
        "brightness": [0.1, 0.2, 0.3, 0.4, 0.5],
        "contrast": [0.4, 0.3, 0.2, 0.1, 0.05],
        "pixelate": [0.6, 0.5, 0.4, 0.3, 0.25],
    },
    "cifar": {
        "defocus-blur": [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)],
        "brightness": [0.05, 0.1, 0.15, 0.2, 0.3],
        "contrast": [0.75, 0.5, 0.4, 0.3, 0.15],
        "pixelate": [0.95, 0.9, 0.85, 0.75, 0.65],
    },
}


def text(image):
    """Base64 of the bytes, channels planar."""
    return base64.b64encode(image.transpose(2, 0, 1).tobytes()).decode()


def main():
    pictures = []
    for height, width, channels in [(16, 20, 3), (17, 13, 1)]:
        image = picture(height, width, channels)
        corrupted = [
            {
                "corruption": name,
                "constants": kind,
                "severity": severity,
                "bytes": text(formula(image, constants[kind][name][severity - 1])),
            }
            for kind in constants
            for name, formula in formulas.items()
            for severity in range(1, 6)
        ]
        pictures.append({"shape": [channels, height, width], "bytes": text(image), "corrupted": corrupted})

    # The package refuses pictures below 32 pixels. Its pixelate enlarges by nearest neighbour and not by boxes, as the
    # script of ImageNet-C does; where the sides do not divide, the two differ in rounding.
    image = picture(40, 48, 3)
    for name, formula in formulas.items():
        if name == "pixelate":
            continue
        for severity in range(1, 6):
            ours = formula(image, constants["imagenet"][name][severity - 1])
            theirs = imagecorruptions.corrupt(image, severity=severity, corruption_name=name.replace("-", "_"))
            if not np.array_equal(ours, theirs):
                sys.exit(f"imagecorruptions disagrees on {name} at severity {severity}")

    json.dump({"pictures": pictures}, sys.stdout, indent=1)
    print()


main()
