"""Reference outputs of common corruptions, for our own implementation to be compared with.

The deterministic ones (defocus blur, brightness, contrast, pixelate, JPEG) are stored image by image, at five
severities and with two sets of constants: `imagenet`, those of ImageNet-C, and `cifar`, those of CIFAR-10-C.
The formulas are written out here with the libraries that the published code uses (OpenCV, scikit-image,
Pillow), because the package imagecorruptions has the ImageNet constants only and refuses images under 32
pixels. Where both can run, this script checks that they agree byte for byte, and fails when they do not.

As published, results are grey levels cut down, not rounded, to whole numbers.

The random ones (Gaussian, shot, impulse noise) act on each number by itself, so they are described completely
by their mean and variance at each of the 256 grey levels, taken over many draws, in unit space and before any
rounding to grey levels.

    bench/peers/.venv/bin/python bench/peers/reference/corruptions.py

writes to fixtures/ corruptions-SIDE-CONSTANTS.npz, with SIDE 28 (6 digits, grey), 32 (4 RGB) and 224 (2 RGB; of
the outputs only the rows and columns named by the array `rows` are kept), and noise-levels.npz. Each holds
`input`, uint8 [images, height, width(, 3)], and an array for each corruption, uint8 [5 severities, images,
height, width(, 3)].
"""

import io
from pathlib import Path

import cv2
import imagecorruptions
import numpy as np
import skimage
from PIL import Image

HERE = Path(__file__).resolve().parent
DIGITS = HERE.parents[2] / "examples" / "digits" / "test.npz"
FIXTURES = HERE / "fixtures"

# Severities 1 to 5. Defocus: radius and smoothing of the disk.
CONSTANTS = {
    "imagenet": {
        "defocus-blur": [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)],
        "brightness": [0.1, 0.2, 0.3, 0.4, 0.5],
        "contrast": [0.4, 0.3, 0.2, 0.1, 0.05],
        "pixelate": [0.6, 0.5, 0.4, 0.3, 0.25],
        "jpeg": [25, 18, 15, 10, 7],
        "gaussian-noise": [0.08, 0.12, 0.18, 0.26, 0.38],
        "shot-noise": [60, 25, 12, 5, 3],
        "impulse-noise": [0.03, 0.06, 0.09, 0.17, 0.27],
    },
    "cifar": {
        "defocus-blur": [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)],
        "brightness": [0.05, 0.1, 0.15, 0.2, 0.3],
        "contrast": [0.75, 0.5, 0.4, 0.3, 0.15],
        "pixelate": [0.95, 0.9, 0.85, 0.75, 0.65],
        "jpeg": [80, 65, 58, 50, 40],
        "gaussian-noise": [0.04, 0.06, 0.08, 0.09, 0.1],
        "shot-noise": [500, 250, 100, 75, 50],
        "impulse-noise": [0.01, 0.02, 0.03, 0.05, 0.07],
    },
}
PUBLISHED_NAMES = {
    "defocus-blur": "defocus_blur",
    "brightness": "brightness",
    "contrast": "contrast",
    "pixelate": "pixelate",
    "jpeg": "jpeg_compression",
}
NOISE_DRAWS = 40_000


def to_bytes(unit: np.ndarray) -> np.ndarray:
    return np.uint8(np.clip(unit, 0, 1) * 255)


def disk_kernel(radius: float, smoothing: float) -> np.ndarray:
    """A disk of equal weights, its edge softened. Its grid reaches 8 cells each way, or the radius where that is more."""
    reach = 8 if radius <= 8 else radius
    axis = np.arange(-reach, reach + 1)
    inside = (axis[None, :] ** 2 + axis[:, None] ** 2 <= radius**2).astype(np.float32)
    side = 3 if radius <= 8 else 5
    return cv2.GaussianBlur(inside / inside.sum(), (side, side), smoothing)


def defocus_blur(image: np.ndarray, constants: tuple[float, float]) -> np.ndarray:
    # Borders mirror without repeating the edge (OpenCV's default).
    return to_bytes(cv2.filter2D(image / 255.0, -1, disk_kernel(*constants)))


def brightness(image: np.ndarray, added: float) -> np.ndarray:
    if image.ndim == 2:
        return to_bytes(image / 255.0 + added)
    hsv = skimage.color.rgb2hsv(image / 255.0)
    hsv[..., 2] = np.clip(hsv[..., 2] + added, 0, 1)
    return to_bytes(skimage.color.hsv2rgb(hsv))


def contrast(image: np.ndarray, factor: float) -> np.ndarray:
    unit = image / 255.0
    mean = unit.mean(axis=(0, 1), keepdims=True)
    return to_bytes((unit - mean) * factor + mean)


def pixelate(image: np.ndarray, factor: float, up: Image.Resampling = Image.Resampling.BOX) -> np.ndarray:
    height, width = image.shape[:2]
    small = Image.fromarray(image).resize((int(width * factor), int(height * factor)), Image.Resampling.BOX)
    return np.asarray(small.resize((width, height), up))


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    # Pillow's defaults: colour at half resolution both ways (4:2:0).
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream))


CORRUPTIONS = {
    "defocus-blur": defocus_blur,
    "brightness": brightness,
    "contrast": contrast,
    "pixelate": pixelate,
    "jpeg": jpeg,
}


def scene(side: int, seed: int) -> np.ndarray:
    """A gradient between four corners in each colour, with rectangles and disks of seeded place, size and colour on it."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side] / (side - 1)
    image = np.empty((side, side, 3), np.uint8)
    for channel in range(3):
        corners = random.uniform(0, 255, (2, 2))
        image[..., channel] = (1 - y) * ((1 - x) * corners[0, 0] + x * corners[0, 1]) + y * (
            (1 - x) * corners[1, 0] + x * corners[1, 1]
        )
    for index in range(6):
        centre_y, centre_x = random.uniform(0, 1, 2)
        height, width = random.uniform(0.05, 0.25, 2)
        if index % 2:
            inside = (np.abs(y - centre_y) < height) & (np.abs(x - centre_x) < width)
        else:
            inside = (y - centre_y) ** 2 + (x - centre_x) ** 2 < height**2
        image[inside] = random.integers(0, 256, 3)
    return image


def check_against_the_package(image: np.ndarray, name: str, severity: int, ours: np.ndarray) -> None:
    theirs = imagecorruptions.corrupt(image, severity, PUBLISHED_NAMES[name])
    if name == "pixelate":
        # The package enlarges by nearest neighbour where the original code uses a box, as we do.
        ours = pixelate(image, CONSTANTS["imagenet"][name][severity - 1], Image.Resampling.NEAREST)
    if not np.array_equal(ours, theirs):
        different = np.abs(ours.astype(int) - theirs.astype(int))
        raise SystemExit(f"{name} at severity {severity} differs from imagecorruptions by up to {different.max()}")


def deterministic(table: str, images: list[np.ndarray], rows: np.ndarray | None = None) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {"input": np.stack(images)}
    if rows is not None:
        arrays["rows"] = rows
    by_box_only = 0
    for name, corrupt in CORRUPTIONS.items():
        severities = []
        for severity, constant in enumerate(CONSTANTS[table][name], start=1):
            results = [corrupt(image, constant) for image in images]
            for image, result in zip(images, results):
                if table == "imagenet" and min(image.shape[:2]) >= 32:
                    check_against_the_package(image, name, severity, result)
                if image.ndim == 2:
                    # Grey images take the short way; the long way through three equal channels is the same.
                    colour = corrupt(np.stack([image] * 3, axis=-1), constant)
                    if not all(np.array_equal(colour[..., channel], result) for channel in range(3)):
                        raise SystemExit(f"{name} at severity {severity}: grey and colour differ")
                if name == "pixelate":
                    nearest = pixelate(image, constant, Image.Resampling.NEAREST)
                    by_box_only = max(by_box_only, int((nearest != result).sum()))
            severities.append(np.stack(results))
        array = np.stack(severities)
        arrays[name] = array if rows is None else array[:, :, rows][:, :, :, rows]
    print(f"pixelate, {table}, {images[0].shape[0]} pixels: box and nearest differ in up to {by_box_only} values an image")
    return arrays


def noise(unit: np.ndarray, name: str, constant: float, random: np.random.Generator) -> np.ndarray:
    if name == "gaussian-noise":
        return np.clip(unit + random.normal(0, constant, unit.shape), 0, 1)
    if name == "shot-noise":
        return np.clip(random.poisson(unit * constant) / constant, 0, 1)
    salt_and_pepper = skimage.util.random_noise(unit, mode="s&p", amount=constant, rng=random)
    return np.clip(salt_and_pepper, 0, 1)


def noise_levels() -> dict[str, np.ndarray]:
    """Mean and variance, float32 [5 severities, 256 levels], for each noise and set of constants."""
    levels = np.arange(256) / 255.0
    random = np.random.default_rng(7)
    draws = np.repeat(levels[None, :], 2000, axis=0)
    arrays: dict[str, np.ndarray] = {"draws": np.array(NOISE_DRAWS)}
    for table, constants in CONSTANTS.items():
        for name in ("gaussian-noise", "shot-noise", "impulse-noise"):
            means, variances = [], []
            for constant in constants[name]:
                total, squares = np.zeros(256), np.zeros(256)
                for _ in range(NOISE_DRAWS // len(draws)):
                    # Around the level, so that the variance does not drown in the square of the mean.
                    off = noise(draws, name, constant, random) - levels
                    total += off.sum(axis=0)
                    squares += (off**2).sum(axis=0)
                mean = total / NOISE_DRAWS
                means.append(levels + mean)
                variances.append((squares - NOISE_DRAWS * mean**2) / (NOISE_DRAWS - 1))
            arrays[f"{table}-{name}-mean"] = np.array(means, np.float32)
            arrays[f"{table}-{name}-variance"] = np.array(variances, np.float32)
    return arrays


def check_noise_in_closed_form(arrays: dict[str, np.ndarray]) -> None:
    """Impulse noise has a simple mean and variance; a wrong loop would show here, within five standard errors."""
    levels = np.arange(256) / 255.0
    for table, constants in CONSTANTS.items():
        for severity, amount in enumerate(constants["impulse-noise"]):
            mean = (1 - amount) * levels + amount / 2
            variance = (1 - amount) * levels**2 + amount / 2 - mean**2
            found = arrays[f"{table}-impulse-noise-mean"][severity]
            worst = (np.abs(found - mean) / np.sqrt(variance / NOISE_DRAWS)).max()
            if worst > 5:
                raise SystemExit(f"impulse noise {table} severity {severity + 1}: {worst:.1f} standard errors off")


def write(name: str, arrays: dict[str, np.ndarray]) -> None:
    FIXTURES.mkdir(exist_ok=True)
    path = FIXTURES / name
    np.savez_compressed(path, **arrays)
    size = path.stat().st_size
    print(f"{name}: {len(arrays)} arrays, {size} bytes")
    if size >= 300_000:
        raise SystemExit(f"{name} is too large for the repository")


def main() -> None:
    with np.load(DIGITS) as file:
        digits = [file["x"][int(np.flatnonzero(file["y"] == label)[0])] for label in range(6)]
    rows = np.round(np.linspace(0, 223, 32)).astype(np.int64)
    for table in CONSTANTS:
        write(f"corruptions-28-{table}.npz", deterministic(table, digits))
        write(f"corruptions-32-{table}.npz", deterministic(table, [scene(32, seed) for seed in (1, 2, 3, 4)]))
        write(f"corruptions-224-{table}.npz", deterministic(table, [scene(224, seed) for seed in (5, 6)], rows))
    levels = noise_levels()
    check_noise_in_closed_form(levels)
    write("noise-levels.npz", levels)


if __name__ == "__main__":
    main()
