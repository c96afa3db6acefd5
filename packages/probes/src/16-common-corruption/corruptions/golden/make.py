"""Writes published.json: what the published corruptions give on two small pictures.

The formulas are those of the scripts that made ImageNet-C and CIFAR-10-C (hendrycks/robustness,
ImageNet-C/create_c), computed by the libraries they use, so that our own code is compared with OpenCV, scikit-image
and Pillow and not with itself. The package imagecorruptions is asked too, and has to agree. Of corruptions without chance the
pixels are kept; JPEG is left out, because its codec is not part of this package. Of those with chance the mean and the
variance of the picture and its distance from the clean one are kept, each the mean over many draws. Frost is not
here: its photographs are not ours to use, and our ice is another.

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
from scipy.ndimage import map_coordinates, zoom
from skimage.color import hsv2rgb, rgb2hsv
from skimage.filters import gaussian

warnings.simplefilter("ignore")
import imagecorruptions  # noqa: E402
from imagecorruptions.corruptions import _motion_blur, disk, plasma_fractal  # noqa: E402


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


def gaussian_blur(image, c):
    return eight_bit(gaussian(image / 255.0, sigma=c, channel_axis=-1))


def saturate(image, c):
    x = image / 255.0
    if x.shape[2] == 1:
        return image
    x = rgb2hsv(x)
    x[:, :, 1] = np.clip(x[:, :, 1] * c[0] + c[1], 0, 1)
    return eight_bit(hsv2rgb(x))


def clipped_zoom(x, factor):
    """The published one, for pictures that are not square too."""
    sides = x.shape[:2]
    cut = [int(np.ceil(n / factor)) for n in sides]
    top, left = [(n - c) // 2 for n, c in zip(sides, cut)]
    x = zoom(x[top : top + cut[0], left : left + cut[1]], (factor, factor, 1), order=1)
    top, left = [(n - s) // 2 for n, s in zip(x.shape[:2], sides)]
    return x[top : top + sides[0], left : left + sides[1]]


def zoom_blur(image, c):
    x = image / 255.0
    factors = np.arange(1, c[0], c[1])
    return eight_bit((x + sum(clipped_zoom(x, factor) for factor in factors)) / (len(factors) + 1))


formulas = {
    "gaussian-blur": gaussian_blur,
    "saturate": saturate,
    "zoom-blur": zoom_blur,
    "defocus-blur": defocus_blur,
    "brightness": brightness,
    "contrast": contrast,
    "pixelate": pixelate,
}


# Those with chance.


def speckle_noise(image, c, random):
    x = image / 255.0
    return eight_bit(x + x * random.normal(size=x.shape, scale=c))


def glass_blur(image, c, random, copies=False):
    """As the paper says; `copies`: as the released code does with colour, where a pixel is a view into its row."""
    sigma, distance, rounds = c
    height, width = image.shape[:2]
    x = np.uint8(gaussian(image / 255.0, sigma=sigma, channel_axis=-1) * 255)
    order = list(range(height * width))
    for _ in range(rounds):
        for h in range(height - distance, distance, -1):
            for w in range(width - distance, distance, -1):
                dx, dy = random.randint(-distance, distance, size=2)
                here, there = h * width + w, (h + dy) * width + w + dx
                if copies:
                    order[here] = order[there]
                else:
                    order[here], order[there] = order[there], order[here]
    x = x.reshape(-1, image.shape[2])[order].reshape(image.shape)
    return eight_bit(gaussian(x / 255.0, sigma=sigma, channel_axis=-1))


def glass_blur_released(image, c, random):
    return glass_blur(image, c, random, copies=image.shape[2] > 1)


def motion_blur(image, c, random):
    x = _motion_blur(image, radius=c[0], sigma=c[1], angle=random.uniform(-45, 45))
    return np.uint8(np.clip(x, 0, 255))


def snow(image, c, random):
    x = image / 255.0
    layer = random.normal(size=x.shape[:2], loc=c[0], scale=c[1])
    layer = clipped_zoom(layer[..., np.newaxis], c[2]).squeeze()
    layer[layer < c[3]] = 0
    layer = np.uint8(np.clip(layer, 0, 1) * 255) / 255.0
    layer = _motion_blur(layer, radius=c[4], sigma=c[5], angle=random.uniform(-135, -45))
    layer = (np.round(layer * 255) / 255.0)[..., np.newaxis]
    grey = x if x.shape[2] == 1 else cv2.cvtColor(np.float32(x), cv2.COLOR_RGB2GRAY)[..., np.newaxis]
    x = c[6] * x + (1 - c[6]) * np.maximum(x, grey * 1.5 + 0.5)
    return eight_bit(x + layer + np.rot90(layer, k=2))


def fog(image, c, random):
    x = image / 255.0
    side = 2 ** int(np.ceil(np.log2(max(x.shape[:2]))))
    np.random.seed(random.randint(2**31))
    cloud = plasma_fractal(mapsize=side, wibbledecay=c[1])[: x.shape[0], : x.shape[1], np.newaxis]
    return eight_bit((x + c[0] * cloud) * x.max() / (x.max() + c[0]))


def elastic_transform(image, c, random):
    x = np.float32(image / 255.0)
    sides = x.shape[:2]
    strength, sigma, affine = [share * min(sides) for share in c]
    middle = np.float32(sides) // 2
    reach = min(sides) // 3
    before = np.float32([middle + reach, [middle[0] + reach, middle[1] - reach], middle - reach])
    after = before + random.uniform(-affine, affine, size=before.shape).astype(np.float32)
    warp = cv2.getAffineTransform(before, after)
    x = cv2.warpAffine(x, warp, sides[::-1], borderMode=cv2.BORDER_REFLECT_101).reshape(image.shape)

    def field():
        noise = random.uniform(-1, 1, size=sides)
        return gaussian(noise, sigma, mode="reflect", truncate=3) * strength if sigma > 0 else noise * strength

    dx, dy = field(), field()
    columns, rows = np.meshgrid(np.arange(sides[1]), np.arange(sides[0]))
    planes = [
        map_coordinates(x[:, :, k], [rows + dy, columns + dx], order=1, mode="reflect") for k in range(x.shape[2])
    ]
    return eight_bit(np.stack(planes, -1))


def spatter(image, c, random):
    x = image / 255.0
    layer = gaussian(random.normal(size=x.shape[:2], loc=c[0], scale=c[1]), sigma=c[2])
    layer[layer < c[3]] = 0
    grey = np.array([0.2989, 0.5870, 0.1140])
    if c[5] == 0:
        levels = np.uint8(layer * 255)
        near = cv2.distanceTransform(255 - cv2.Canny(levels, 50, 150), cv2.DIST_L2, 5)
        _, near = cv2.threshold(near, 20, 20, cv2.THRESH_TRUNC)
        near = cv2.equalizeHist(cv2.blur(near, (3, 3)).astype(np.uint8))
        near = cv2.filter2D(near, cv2.CV_8U, np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]))
        thick = levels * cv2.blur(near, (3, 3)).astype(np.float32)
        thick = (thick / max(np.max(thick), 1e-9) * c[4])[..., np.newaxis]
        colour = np.array([175, 238, 238]) / 255
        return eight_bit(x + thick * (colour if x.shape[2] == 3 else colour @ grey))
    cover = gaussian(np.float32(layer > c[3]), sigma=c[4])
    cover[cover < 0.8] = 0
    cover = cover[..., np.newaxis]
    colour = np.array([63, 42, 20]) / 255
    return eight_bit(x * (1 - cover) + cover * (colour if x.shape[2] == 3 else colour @ grey))


chances = {
    "speckle-noise": speckle_noise,
    "glass-blur": glass_blur,
    "glass-blur released": glass_blur_released,
    "motion-blur": motion_blur,
    "snow": snow,
    "fog": fog,
    "elastic-transform": elastic_transform,
    "spatter": spatter,
}
constants = {
    "imagenet": {
        "gaussian-blur": [1, 2, 3, 4, 6],
        "saturate": [(0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)],
        "zoom-blur": [(1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)],
        "speckle-noise": [0.15, 0.2, 0.35, 0.45, 0.6],
        "glass-blur": [(0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)],
        "motion-blur": [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)],
        "snow": [
            (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
            (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
            (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
            (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
            (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
        ],
        "fog": [(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)],
        "elastic-transform": [
            (2, 0.7, 0.1),
            (2, 0.08, 0.2),
            (0.05, 0.01, 0.02),
            (0.07, 0.01, 0.02),
            (0.12, 0.01, 0.02),
        ],
        "spatter": [
            (0.65, 0.3, 4, 0.69, 0.6, 0),
            (0.65, 0.3, 3, 0.68, 0.6, 0),
            (0.65, 0.3, 2, 0.68, 0.5, 0),
            (0.65, 0.3, 1, 0.65, 1.5, 1),
            (0.67, 0.4, 1, 0.65, 1.5, 1),
        ],
        "defocus-blur": [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)],
        "brightness": [0.1, 0.2, 0.3, 0.4, 0.5],
        "contrast": [0.4, 0.3, 0.2, 0.1, 0.05],
        "pixelate": [0.6, 0.5, 0.4, 0.3, 0.25],
    },
    "cifar": {
        "gaussian-blur": [0.4, 0.6, 0.7, 0.8, 1],
        "saturate": [(0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)],
        "zoom-blur": [(1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01)],
        "speckle-noise": [0.06, 0.1, 0.12, 0.16, 0.2],
        "glass-blur": [(0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)],
        "motion-blur": [(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)],
        "snow": [
            (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
            (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
            (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
            (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
            (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
        ],
        "fog": [(0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)],
        "elastic-transform": [
            (0, 0, 0.08),
            (0.05, 0.2, 0.07),
            (0.08, 0.06, 0.06),
            (0.1, 0.04, 0.05),
            (0.1, 0.03, 0.03),
        ],
        "spatter": [
            (0.62, 0.1, 0.7, 0.7, 0.5, 0),
            (0.65, 0.1, 0.8, 0.7, 0.5, 0),
            (0.65, 0.3, 1, 0.69, 0.5, 0),
            (0.65, 0.1, 0.7, 0.69, 0.6, 1),
            (0.65, 0.1, 0.5, 0.68, 0.6, 1),
        ],
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

    # Enough draws that the standard error of each statistic is well below what the test allows.
    statistics = []
    for kind, (side, channels), draws in [
        ("imagenet", (64, 3), 1000),
        ("cifar", (32, 3), 1200),
        ("cifar", (32, 1), 1200),
    ]:
        image = picture(side, side, channels)
        for name, formula in chances.items():
            few = 40 if name.startswith("glass") else draws
            for severity in range(1, 6):
                random = np.random.RandomState(severity)
                constant = constants[kind][name.split(" ")[0]][severity - 1]
                seen = [np.float64(formula(image, constant, random)) / 255 for _ in range(few)]
                statistics.append(
                    {
                        "corruption": name.split(" ")[0],
                        "released": name.endswith("released"),
                        "constants": kind,
                        "severity": severity,
                        "shape": [channels, side, side],
                        "mean": round(float(np.mean([x.mean() for x in seen])), 5),
                        "variance": round(float(np.mean([x.var() for x in seen])), 6),
                        "moved": round(float(np.mean([np.abs(x - image / 255).mean() for x in seen])), 5),
                    }
                )
    clean = {
        f"{channels}x{side}": text(picture(side, side, channels)) for side, channels in [(64, 3), (32, 3), (32, 1)]
    }

    # The package refuses pictures below 32 pixels. Its pixelate enlarges by nearest neighbour and not by boxes, as the
    # script of ImageNet-C does; where the sides do not divide, the two differ in rounding.
    image = picture(40, 48, 3)
    for name, formula in formulas.items():
        # It asks scikit-image for `multichannel`, which newer versions do not know.
        if name in ("pixelate", "gaussian-blur"):
            continue
        for severity in range(1, 6):
            ours = formula(image, constants["imagenet"][name][severity - 1])
            theirs = imagecorruptions.corrupt(image, severity=severity, corruption_name=name.replace("-", "_"))
            # It adds up in 32 bits, which now and then cuts a level that is whole one lower.
            apart = np.abs(np.int16(ours) - theirs)
            if apart.max() > 1 or apart.mean() > 0.001:
                sys.exit(f"imagecorruptions disagrees on {name} at severity {severity}")

    lines = ",\n  ".join(json.dumps(entry) for entry in statistics)
    print(f'{{\n "pictures": {json.dumps(pictures, indent=1)},\n "clean": {json.dumps(clean)},', end="")
    print(f'\n "statistics": [\n  {lines}\n ]\n}}')


main()
