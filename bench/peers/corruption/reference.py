"""The package imagecorruptions beside ours, for bench/src/areas/corruption.ts.

Pictures come from a file of raw bytes, [n, height, width, 3]. The package asks scikit-image for `multichannel`, which
newer versions call `channel_axis`; nothing else of it is changed. Its elastic transform is another formula than the
published one, so parity of that one is against the published formula, written here with OpenCV and SciPy.
"""

import sys
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, map_coordinates
from skimage.filters import gaussian

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from serve import serve  # noqa: E402

import imagecorruptions  # noqa: E402
from imagecorruptions import corruptions  # noqa: E402

cv2.setNumThreads(1)
state: dict = {}


def with_axis(image, sigma=1, multichannel=False, **rest):
    return gaussian(image, sigma=sigma, channel_axis=-1 if multichannel else None, **rest)


corruptions.gaussian = with_axis


@cache
def gaussian_matrix(side, sigma):
    """What the Gaussian filter does to a line: it is linear, and so wide here that the product is much faster."""
    return gaussian_filter1d(np.eye(side), sigma, axis=0, mode="reflect", truncate=3)


def elastic_transform(image, severity):
    shares = [(2, 0.7, 0.1), (2, 0.08, 0.2), (0.05, 0.01, 0.02), (0.07, 0.01, 0.02), (0.12, 0.01, 0.02)]
    strength, sigma, affine = [244 * share for share in shares[severity - 1]]
    x = np.float32(image / 255.0)
    sides = x.shape[:2]
    middle = np.float32(sides) // 2
    reach = min(sides) // 3
    before = np.float32([middle + reach, [middle[0] + reach, middle[1] - reach], middle - reach])
    after = before + np.random.uniform(-affine, affine, size=before.shape).astype(np.float32)
    warp = cv2.getAffineTransform(before, after)
    x = cv2.warpAffine(x, warp, sides[::-1], borderMode=cv2.BORDER_REFLECT_101)
    down, along = [gaussian_matrix(side, sigma) for side in sides]
    dx, dy = [down @ np.random.uniform(-1, 1, size=sides) @ along.T * strength for _ in range(2)]
    columns, rows = np.meshgrid(np.arange(sides[1]), np.arange(sides[0]))
    planes = [map_coordinates(x[:, :, k], [rows + dy, columns + dx], order=1, mode="reflect") for k in range(3)]
    return np.uint8(np.clip(np.stack(planes, -1), 0, 1) * 255)


def open_pictures(params: dict) -> None:
    count, height, width = params["shape"]
    state["pictures"] = np.fromfile(params["file"], np.uint8).reshape(count, height, width, 3)


def corrupt(image, name: str, severity: int):
    return imagecorruptions.corrupt(image, corruption_name=name, severity=severity)


def run(params: dict) -> None:
    """One picture at each severity."""
    for severity in range(1, 6):
        corrupt(state["pictures"][0], params["name"], severity)


def published(image, name: str, severity: int):
    return elastic_transform(image, severity) if name == "elastic_transform" else corrupt(image, name, severity)


def write(params: dict) -> None:
    """Every picture at each severity, as raw bytes to `file`."""
    made = [published(picture, params["name"], severity) for picture in state["pictures"] for severity in range(1, 6)]
    np.stack(made).tofile(params["file"])


def moments(params: dict) -> list:
    """The mean and the variance, in [0,1], of every draw: [draws][pictures][2]."""
    np.random.seed([16, params["severity"], params["seed"]])
    made = []
    for _ in range(params["draws"]):
        row = []
        for picture in state["pictures"]:
            # Of levels the sums are whole numbers, and so exact.
            levels = published(picture, params["name"], params["severity"]).astype(np.int64)
            mean = levels.mean() / 255
            row.append([mean, (levels * levels).mean() / 255**2 - mean**2])
        made.append(row)
    return made


serve({"open": open_pictures, "run": run, "write": write, "moments": moments})
