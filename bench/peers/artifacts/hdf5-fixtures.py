"""Writes the HDF5 files that the tests of packages/scanner/src/formats/hdf5 read, with what is in them as JSON.

    python bench/peers/artifacts/hdf5-fixtures.py packages/scanner/src/formats/hdf5/fixtures

Needs `h5py`. One file in the oldest encoding and one in the newest; both hold links that lead out of the file.
"""

import json
import sys
from pathlib import Path

import h5py
import numpy as np


def fill(file, newest):
    file.attrs["long"] = "z" * 5_000
    file.attrs["names"] = np.array([b"one", b"three", b"fifteen"])
    file.attrs["numbers"] = np.arange(5.0)
    file.attrs["nothing"] = h5py.Empty("f4")
    file.attrs["fixed"] = np.bytes_("fixed")
    group = file.create_group("many")
    for i in range(40):
        group.create_dataset(f"d{i}", data=np.arange(i % 4, dtype="f4"))
        if i < 20:
            group.attrs[f"a{i}"] = i
    group.attrs["big"] = np.bytes_("y" * 6_000)
    inner = file
    for i in range(5):
        inner = inner.create_group(f"n{i}")
    file.create_dataset("chunked", data=np.zeros((8, 8)), chunks=(4, 4), compression="gzip", shuffle=True)
    file.create_dataset("compound", data=np.zeros(3, dtype=[("r", "f4"), ("s", "S5"), ("a", "f4", (2, 3))]))
    file.create_dataset("enum", data=np.array([True, False]))
    file.create_dataset("opaque", data=np.void(b"\x80\x04K\x01."))
    file.create_dataset("text", data=["x", "yy"], dtype=h5py.string_dtype())
    file["type"] = np.dtype("f8")
    file.create_dataset("named", data=np.zeros(2), dtype=file["type"])
    file["n0/cycle"] = file["/"]
    file["soft"] = h5py.SoftLink("/chunked")
    file["external"] = h5py.ExternalLink("other.h5", "/x/y")
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_external(b"/etc/hostname", 0, 10)
    space = h5py.h5s.create_simple((10,))
    h5py.h5d.create(file.id, b"outside", h5py.h5t.NATIVE_UINT8, space, plist)
    if newest:
        layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
        layout[0:4] = h5py.VirtualSource("parts.h5", "d", shape=(4,))
        file.create_virtual_dataset("virtual", layout)


def contents(file):
    found, seen = {}, set()

    def walk(item, path):
        address = h5py.h5o.get_info(item.id).addr
        if address in seen:
            return
        seen.add(address)
        entry = {"attributes": [] if isinstance(item, h5py.Datatype) else sorted(item.attrs)}
        if isinstance(item, h5py.Dataset):
            entry["shape"] = list(item.shape)
        found[path] = entry
        if isinstance(item, h5py.Group):
            for name in item:
                if isinstance(item.get(name, getlink=True), h5py.HardLink):
                    walk(item[name], f"{'' if path == '/' else path}/{name}")

    walk(file, "/")
    return found


folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
for name, library in (("oldest", "earliest"), ("newest", "latest")):
    path = folder / f"{name}.h5"
    with h5py.File(path, "w", libver=(library, "latest")) as file:
        fill(file, name == "newest")
    with h5py.File(path, "r") as file:
        (folder / f"{name}.json").write_text(json.dumps(contents(file)))
