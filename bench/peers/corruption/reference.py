"""The package imagecorruptions beside ours, for bench/src/areas/corruption.ts.

Pictures come from a file of raw bytes, [n, height, width, 3]. The package asks scikit-image for `multichannel`, which
newer versions call `channel_axis`; nothing else of it is changed. Its elastic transform is another formula than the
published one, so parity of that one is against the published formula, written here with OpenCV and SciPy.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from scipy.ndimage import map_coordinates
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
    dx, dy = [
        gaussian(np.random.uniform(-1, 1, size=sides), sigma, mode="reflect", truncate=3) * strength for _ in range(2)
    ]
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


def write(params: dict) -> None:
    """Every picture at each severity, `draws` times, as raw bytes to `file`."""
    np.random.seed(16)
    published = elastic_transform if params["name"] == "elastic_transform" else None
    made = [
        published(picture, severity) if published else corrupt(picture, params["name"], severity)
        for picture in state["pictures"]
        for severity in range(1, 6)
        for _ in range(params["draws"])
    ]
    np.stack(made).tofile(params["file"])


serve({"open": open_pictures, "run": run, "write": write})
