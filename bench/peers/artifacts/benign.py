"""Writes the harmless half of the corpus: real model files, made by the libraries that make them. `benign.py OUT`.

Whatever library is absent is named at the end and its files are missing; nothing is written by hand but PMML, tfjs and
the Flax layout, for which no library of Python's installs without a runtime of its own. See README.md.
"""

import argparse
import bz2
import gzip
import io
import json
import os
import pickle
import shutil
import sys
import tempfile
import traceback
import warnings
from collections import Counter, OrderedDict, defaultdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

warnings.simplefilter("ignore")
os.environ.update(KERAS_BACKEND="torch", KERAS_HOME=tempfile.mkdtemp(), OMP_NUM_THREADS="1", TQDM_DISABLE="1")

import numpy as np  # noqa: E402
from archives import tar_of  # noqa: E402
from corpus import Corpus  # noqa: E402

DATA = Path(os.environ.get("FAILMODE_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))


def by(*names: str) -> str:
    return ", ".join(f"{name} {version(name)}" for name in names)


def tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, two classes, and a target to regress on."""
    pick = np.random.default_rng(7)
    x = pick.normal(size=(60, 4))
    return x, (x[:, 0] + x[:, 1] > 0).astype(int), x @ np.array([1.0, -2.0, 0.5, 0.0])


# scikit-learn


@cache
def estimators() -> dict[str, object]:
    from sklearn import (
        cluster,
        compose,
        covariance,
        cross_decomposition,
        decomposition,
        discriminant_analysis,
        dummy,
        ensemble,
    )
    from sklearn import (
        feature_extraction,
        feature_selection,
        gaussian_process,
        impute,
        isotonic,
        kernel_approximation,
        kernel_ridge,
    )
    from sklearn import (
        linear_model,
        manifold,
        mixture,
        model_selection,
        multiclass,
        naive_bayes,
        neighbors,
        neural_network,
    )
    from sklearn import pipeline, preprocessing, semi_supervised, svm, tree
    from sklearn.calibration import CalibratedClassifierCV

    x, y, z = tables()
    np.random.seed(1)
    texts = ["a red fox", "a blue whale", "the red whale", "some fox"] * 15
    made = {
        "logistic-regression": linear_model.LogisticRegression().fit(x, y),
        "linear-regression": linear_model.LinearRegression().fit(x, z),
        "ridge": linear_model.Ridge().fit(x, z),
        "lasso": linear_model.Lasso().fit(x, z),
        "elastic-net-cv": linear_model.ElasticNetCV(cv=3).fit(x, z),
        "bayesian-ridge": linear_model.BayesianRidge().fit(x, z),
        "sgd": linear_model.SGDClassifier().fit(x, y),
        "huber": linear_model.HuberRegressor().fit(x, z),
        "poisson": linear_model.PoissonRegressor().fit(x, np.exp(z / 4)),
        "decision-tree": tree.DecisionTreeClassifier().fit(x, y),
        "extra-tree-regressor": tree.ExtraTreeRegressor().fit(x, z),
        "random-forest": ensemble.RandomForestClassifier(5, random_state=1).fit(x, y),
        "extra-trees": ensemble.ExtraTreesRegressor(5, random_state=1).fit(x, z),
        "gradient-boosting": ensemble.GradientBoostingClassifier(n_estimators=5).fit(x, y),
        "hist-gradient-boosting": ensemble.HistGradientBoostingClassifier(max_iter=5).fit(x, y),
        "ada-boost": ensemble.AdaBoostClassifier(n_estimators=5).fit(x, y),
        "bagging": ensemble.BaggingRegressor(n_estimators=3).fit(x, z),
        "isolation-forest": ensemble.IsolationForest(n_estimators=5, random_state=1).fit(x),
        "voting": ensemble.VotingClassifier(
            [("a", naive_bayes.GaussianNB()), ("b", tree.DecisionTreeClassifier())]
        ).fit(x, y),
        "stacking": ensemble.StackingClassifier([("a", naive_bayes.GaussianNB()), ("b", svm.SVC())]).fit(x, y),
        "svc": svm.SVC(probability=True).fit(x, y),
        "linear-svr": svm.LinearSVR().fit(x, z),
        "nu-svr": svm.NuSVR().fit(x, z),
        "one-class-svm": svm.OneClassSVM().fit(x),
        "k-neighbors": neighbors.KNeighborsClassifier(algorithm="kd_tree").fit(x, y),
        "k-neighbors-ball": neighbors.KNeighborsRegressor(algorithm="ball_tree").fit(x, z),
        "local-outlier-factor": neighbors.LocalOutlierFactor(novelty=True).fit(x),
        "gaussian-nb": naive_bayes.GaussianNB().fit(x, y),
        "multinomial-nb": naive_bayes.MultinomialNB().fit(np.abs(x), y),
        "mlp": neural_network.MLPClassifier((5,), max_iter=20, random_state=1).fit(x, y),
        "gaussian-process": gaussian_process.GaussianProcessRegressor(
            gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel()
        ).fit(x, z),
        "lda": discriminant_analysis.LinearDiscriminantAnalysis().fit(x, y),
        "k-means": cluster.KMeans(2, n_init=1, random_state=1).fit(x),
        "dbscan": cluster.DBSCAN().fit(x),
        "birch": cluster.Birch().fit(x),
        "pca": decomposition.PCA(2).fit(x),
        "nmf": decomposition.NMF(2, max_iter=50).fit(np.abs(x)),
        "gaussian-mixture": mixture.GaussianMixture(2).fit(x),
        "isotonic": isotonic.IsotonicRegression().fit(x[:, 0], z),
        "kernel-ridge": kernel_ridge.KernelRidge().fit(x, z),
        "nystroem": kernel_approximation.Nystroem(n_components=5).fit(x),
        "isomap": manifold.Isomap(n_components=2).fit(x),
        "pls": cross_decomposition.PLSRegression(2).fit(x, z),
        "elliptic-envelope": covariance.EllipticEnvelope().fit(x),
        "label-spreading": semi_supervised.LabelSpreading().fit(x, y),
        "dummy": dummy.DummyClassifier().fit(x, y),
        "standard-scaler": preprocessing.StandardScaler().fit(x),
        "one-hot-encoder": preprocessing.OneHotEncoder().fit([["a"], ["b"], ["c"]]),
        "label-encoder": preprocessing.LabelEncoder().fit(["a", "b"]),
        "quantile-transformer": preprocessing.QuantileTransformer(n_quantiles=10).fit(x),
        "polynomial-features": preprocessing.PolynomialFeatures().fit(x),
        "knn-imputer": impute.KNNImputer().fit(x),
        "select-k-best": feature_selection.SelectKBest(k=2).fit(x, y),
        "tfidf": feature_extraction.text.TfidfVectorizer().fit(texts),
        "dict-vectorizer": feature_extraction.DictVectorizer().fit([{"a": 1}, {"b": 2}]),
        "calibrated": CalibratedClassifierCV(naive_bayes.GaussianNB(), cv=3).fit(x, y),
        "one-vs-rest": multiclass.OneVsRestClassifier(svm.LinearSVC()).fit(x, y),
        "grid-search": model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [0.1, 1.0]}, cv=3).fit(x, z),
        "pipeline": pipeline.make_pipeline(
            preprocessing.StandardScaler(), decomposition.PCA(2), linear_model.LogisticRegression()
        ).fit(x, y),
        "text-pipeline": pipeline.make_pipeline(
            feature_extraction.text.CountVectorizer(), naive_bayes.MultinomialNB()
        ).fit(texts, y),
        "column-transformer": compose.ColumnTransformer(
            [("n", preprocessing.StandardScaler(), [0, 1]), ("m", preprocessing.MinMaxScaler(), [2, 3])]
        ).fit(x),
    }
    return made


def scikit_learn(corpus: Corpus) -> None:
    import cloudpickle
    import joblib

    made = estimators()
    for i, (name, estimator) in enumerate(made.items()):
        protocol = i % 6
        corpus.add(
            f"sklearn/{name}.pkl",
            pickle.dumps(estimator, protocol),
            "pickle",
            f"{by('scikit-learn')}, protocol {protocol}",
        )
    compressors = {
        "joblib": 0,
        "z": ("zlib", 3),
        "gz": ("gzip", 3),
        "bz2": ("bz2", 3),
        "xz": ("xz", 3),
        "lzma": ("lzma", 3),
        "lz4": ("lz4", 3),
    }
    for i, name in enumerate(("random-forest", "pipeline", "k-neighbors", "mlp", "hist-gradient-boosting", "tfidf")):
        for ending, compress in list(compressors.items())[: 7 if i < 2 else 1]:
            write(
                corpus,
                f"joblib/{name}.{ending}",
                "joblib",
                by("joblib", "scikit-learn"),
                lambda path: joblib.dump(made[name], path, compress=compress),
            )
    write(
        corpus,
        "joblib/arrays.joblib",
        "joblib",
        by("joblib"),
        lambda path: joblib.dump(
            {"a": np.arange(500.0), "b": [np.eye(30)], "c": np.array(["x", None], dtype=object)}, path
        ),
    )
    write(
        corpus,
        "joblib/protocol-2.joblib",
        "joblib",
        by("joblib"),
        lambda path: joblib.dump([np.arange(99), {"k": 1}], path, protocol=2),
    )
    write(
        corpus,
        "joblib/fortran.joblib",
        "joblib",
        by("joblib"),
        lambda path: joblib.dump(np.asfortranarray(np.ones((7, 9), np.float32)), path),
    )
    corpus.add(
        "sklearn/svc-cloudpickle.pkl", cloudpickle.dumps(made["svc"]), "pickle", by("cloudpickle", "scikit-learn")
    )
    corpus.add(
        "sklearn/gzip.pkl.gz",
        gzip.compress(pickle.dumps(made["pca"], 4), mtime=0),
        "pickle in gzip",
        by("scikit-learn"),
    )
    corpus.add(
        "sklearn/bz2.pkl.bz2", bz2.compress(pickle.dumps(made["k-means"], 4)), "pickle in bzip2", by("scikit-learn")
    )


def write(corpus: Corpus, path: str, form: str, source: str, save) -> None:
    """A file that the library itself puts where it belongs."""
    target = corpus.out / path
    target.parent.mkdir(parents=True, exist_ok=True)
    save(str(target))
    corpus.note(path, form, source)


def old_joblib(corpus: Corpus) -> None:
    """joblib carries files that its versions of ten years wrote, with the arrays of the oldest in files beside them."""
    import joblib

    folder = Path(joblib.__file__).parent / "test" / "data"
    names = sorted(p.name for p in folder.iterdir() if p.name.startswith("joblib_"))
    parts = [n for n in names if any(f"_0{i}.npy" in n for i in range(1, 5))]
    # One of each version, kind and major version of Python: the rest differ by a digit.
    kinds = {tuple(n.split("_")[1:-2]) + (n.partition("_py")[2][0], Path(n).suffix): n for n in names if n not in parts}
    for name in sorted(kinds.values()):
        own = [n for n in names if n.startswith(name + "_")]
        # Compressed arrays in files of their own are raw numbers: they mean something only together with their pickle.
        together = any(n.endswith(".npy.z") for n in own)
        place = f"joblib-old/{name.replace('.', '-')}" if together else "joblib-old"
        for part in [name, *own]:
            target = corpus.out / place / part
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / part, target)
            if not together:
                corpus.note(f"{place}/{part}", "joblib" if part == name else "npy", f"test data of {by('joblib')}")
        if together:
            corpus.note(place, "joblib", f"test data of {by('joblib')}, with its arrays")


# Arrays and tables


def arrays(corpus: Corpus) -> None:
    import pandas
    import scipy.sparse

    pick = np.random.default_rng(1)
    kinds = {
        "float64": pick.normal(size=(5, 7)),
        "float32": pick.normal(size=(4, 3)).astype("f4"),
        "float16": np.ones((3, 3), "f2"),
        "int8": np.arange(20, dtype="i1"),
        "uint64": np.arange(9, dtype="u8"),
        "bool": np.array([True, False]),
        "complex": np.array([1 + 2j, 3]),
        "big-endian": np.arange(6, dtype=">f8"),
        "fortran": np.asfortranarray(np.ones((4, 5))),
        "scalar": np.array(3.5),
        "empty": np.zeros((0, 4)),
        "text": np.array(["alpha", "be"]),
        "bytes": np.array([b"ab", b"c"]),
        "dates": np.array(["2026-01-01", "2026-01-02"], "M8[D]"),
        "structured": np.array([(1, 2.5), (3, 4.5)], dtype=[("id", "i4"), ("score", "f8")]),
        "structured-nested": np.zeros(3, dtype=[("a", "f4", (2, 2)), ("b", [("c", "i2"), ("d", "S4")])]),
        "structured-unicode": np.zeros(2, dtype=[("größe", "f8")]),
    }
    for name, array in kinds.items():
        write(corpus, f"numpy/{name}.npy", "npy", by("numpy"), lambda path: np.save(path, array, allow_pickle=False))
    numeric = {k: v for k, v in kinds.items() if k != "structured-unicode"}
    write(corpus, "numpy/all.npz", "npz", by("numpy"), lambda path: np.savez(path, **numeric))
    write(
        corpus,
        "numpy/compressed.npz",
        "npz",
        by("numpy"),
        lambda path: np.savez_compressed(path, w=np.ones((20, 20)), b=np.zeros(20)),
    )
    write(
        corpus,
        "numpy/sparse.npz",
        "npz",
        by("scipy"),
        lambda path: scipy.sparse.save_npz(path, scipy.sparse.random(20, 20, 0.1, "csr")),
    )
    x, _, _ = tables()
    frame = pandas.DataFrame(
        {
            "a": [1.0, 2.5, 3.5],
            "b": ["x", "y", "z"],
            "c": pandas.Categorical(["u", "v", "u"]),
            "d": pandas.date_range("2026-01-01", periods=3),
        }
    )
    objects = {
        "array": kinds["float64"],
        "structured-array": kinds["structured"],
        "scalar": np.float64(2.5),
        "random-state": np.random.RandomState(1),
        "generator": np.random.default_rng(3),
        "masked": np.ma.masked_array([1.0, 2.0], [0, 1]),
        "object-array": np.array([1, "a", None], dtype=object),
        "csr": scipy.sparse.random(10, 10, 0.2, "csr"),
        "coo-array": scipy.sparse.coo_array(np.eye(4)),
        "frame": frame,
        "series": frame["a"],
        "indexed-frame": frame.set_index(["b", "c"]),
        "index": frame.index,
        "python": {
            "a": [1, 2.5, "x", None, True],
            "b": (1, (2, (3,))),
            "c": {1, 2},
            "d": frozenset("ab"),
            "e": b"bytes",
            "f": 2**200,
            "g": 1j,
        },
        "collections": {"o": OrderedDict(a=1), "c": Counter("aab"), "d": defaultdict(list, {"x": [1]})},
        "q-table": {(i, j): float(i * j) for i in range(20) for j in range(4)},
    }
    for i, (name, item) in enumerate(objects.items()):
        protocol = (i + 2) % 6
        used = (
            "pandas"
            if "frame" in name or name in ("series", "index")
            else "scipy"
            if name in ("csr", "coo-array")
            else "numpy"
        )
        corpus.add(f"objects/{name}.pkl", pickle.dumps(item, protocol), "pickle", f"{by(used)}, protocol {protocol}")
    two = pickle.dumps(kinds["float32"], 4) + pickle.dumps({"epoch": 3}, 4)
    corpus.add("objects/two-dumps.pkl", two, "pickle", f"{by('numpy')}, two dumps in one file")


# PyTorch


def pytorch(corpus: Corpus) -> None:
    import torch
    import torchvision
    from torch import nn

    torch.manual_seed(1)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(16, 2))
    adam = torch.optim.Adam(net.parameters())
    net(torch.ones(2, 3, 4, 4)).sum().backward()
    adam.step()
    schedule = torch.optim.lr_scheduler.StepLR(adam, 1)
    half = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    shared = torch.arange(12.0)
    things = {
        "state-dict": net.state_dict(),
        "state-dict-half": half,
        "state-dict-bfloat16": {k: v.bfloat16() for k, v in half.items()},
        "resnet18": torchvision.models.resnet18(num_classes=2).half().state_dict(),
        "transformer": nn.TransformerEncoderLayer(8, 2, 16).state_dict(),
        "lstm": nn.LSTM(4, 5, 2).state_dict(),
        "embedding": nn.EmbeddingBag(50, 4).state_dict(),
        "checkpoint": {
            "model": net.state_dict(),
            "optimizer": adam.state_dict(),
            "scheduler": schedule.state_dict(),
            "epoch": 3,
            "loss": 0.25,
            "args": {"lr": 1e-3},
        },
        "sgd": torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9).state_dict(),
        "tensor": torch.arange(10),
        "tensors": [torch.ones(2), torch.zeros(3, dtype=torch.int64)],
        "parameter": nn.Parameter(torch.ones(3)),
        "views": {"all": shared, "part": shared[2:6], "turned": shared.view(3, 4).t()},
        "kinds": [
            torch.ones(2, dtype=t)
            for t in (torch.uint8, torch.int8, torch.int16, torch.int32, torch.bool, torch.float64, torch.complex64)
        ],
        "float8": torch.ones(4).to(torch.float8_e4m3fn),
        "sparse": torch.eye(3).to_sparse(),
        "sparse-csr": torch.eye(3).to_sparse_csr(),
        "quantised": torch.quantize_per_tensor(torch.randn(4, 4), 0.1, 10, torch.qint8),
        "quantised-channels": torch.quantize_per_channel(
            torch.randn(4, 4), torch.ones(4), torch.zeros(4, dtype=torch.int64), 0, torch.quint8
        ),
        "scaler": {
            "net": net.state_dict(),
            "scaler": {"scale": 65536.0, "growth_factor": 2.0},
            "rng": torch.get_rng_state(),
        },
        "size-and-dtype": {"size": torch.Size([1, 2]), "dtype": torch.float16, "device": torch.device("cpu")},
    }
    for name, thing in things.items():
        write(corpus, f"torch/{name}.pt", "torch zip", by("torch"), lambda path: torch.save(thing, path))
    for name in ("state-dict", "tensor", "checkpoint", "views", "kinds", "quantised", "sparse"):
        write(
            corpus,
            f"torch/legacy-{name}.pth",
            "torch legacy",
            by("torch"),
            lambda path: torch.save(things[name], path, _use_new_zipfile_serialization=False),
        )
    write(
        corpus,
        "torch/protocol-4.pt",
        "torch zip",
        by("torch"),
        lambda path: torch.save(things["views"], path, pickle_protocol=4),
    )

    class Gate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = nn.Linear(4, 4)

        def forward(self, x):
            for _ in range(2):
                x = torch.relu(self.inside(x)) if bool(x.sum() > 0) else torch.tanh(x)
            return x

    scripts = {
        "traced": lambda: torch.jit.trace(net.eval(), torch.ones(1, 3, 4, 4)),
        "scripted": lambda: torch.jit.script(Gate()),
        "lstm": lambda: torch.jit.trace(nn.LSTM(4, 5), torch.ones(3, 1, 4)),
        "resnet18": lambda: torch.jit.script(torchvision.models.resnet18(num_classes=2).half().eval()),
    }
    for name, make in scripts.items():
        write(corpus, f"torchscript/{name}.pt", "TorchScript", by("torch"), lambda path: torch.jit.save(make(), path))


def safetensors(corpus: Corpus) -> None:
    import torch
    from safetensors.numpy import save_file
    from safetensors.torch import save_file as save_torch

    pick = np.random.default_rng(2)
    cases = {
        "plain": {"w": pick.normal(size=(4, 4)).astype("f4"), "b": np.zeros(4, "f4")},
        "one": {"x": np.arange(6)},
        "empty": {},
        "empty-tensor": {"x": np.zeros((0, 3), "f4")},
        "scalar": {"x": np.array(2.5)},
        "many": {f"layer.{i}.weight": np.full((3, 3), i, "f2") for i in range(200)},
    }
    for name, tensors in cases.items():
        write(
            corpus,
            f"safetensors/{name}.safetensors",
            "safetensors",
            by("safetensors"),
            lambda path: save_file(tensors, path),
        )
    write(
        corpus,
        "safetensors/metadata.safetensors",
        "safetensors",
        by("safetensors"),
        lambda path: save_file(cases["plain"], path, {"format": "pt", "license": "mit"}),
    )
    mixed = {
        "a": torch.ones(3).bfloat16(),
        "b": torch.ones(3).bool(),
        "c": torch.ones(2, 2).to(torch.float8_e5m2),
        "d": torch.ones(1, dtype=torch.int64),
    }
    write(
        corpus,
        "safetensors/mixed.safetensors",
        "safetensors",
        by("safetensors", "torch"),
        lambda path: save_torch(mixed, path, {"format": "pt"}),
    )


def ggufs(corpus: Corpus) -> None:
    import gguf

    def save(name: str, fill) -> None:
        def to(path: str) -> None:
            writer = gguf.GGUFWriter(path, "llama")
            fill(writer)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()

        write(corpus, f"gguf/{name}.gguf", "gguf", by("gguf"), to)

    def small(writer) -> None:
        writer.add_name("small")
        writer.add_block_count(1)
        writer.add_context_length(128)
        writer.add_tensor("token_embd.weight", np.ones((8, 32), np.float32))
        writer.add_tensor("output_norm.weight", np.ones(32, np.float16))

    def tokens(writer) -> None:
        writer.add_tokenizer_model("llama")
        writer.add_token_list(["<s>", "</s>", "a", "b"])
        writer.add_token_scores([0.0, 0.0, -1.0, -2.0])
        writer.add_token_types([3, 3, 1, 1])
        writer.add_bos_token_id(0)
        writer.add_chat_template(
            "{% for message in messages %}{% if message['role'] == 'user' %}{{ '<s>[INST] ' + message['content'] | trim + ' [/INST]' }}{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}"
        )
        writer.add_tensor("token_embd.weight", np.zeros((4, 64), np.float32))

    def templates(writer) -> None:
        writer.add_chat_template(
            [
                {
                    "name": "default",
                    "template": "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
                },
                {
                    "name": "tool_use",
                    "template": "{% set ns = namespace(found=false) %}{% for m in messages %}{% if loop.first and tools is not none %}{{ tools | tojson(indent=2) }}{% set ns.found = true %}{% endif %}{{ m.content }}{% endfor %}",
                },
            ]
        )
        writer.add_tensor("w", np.arange(64, dtype=np.float32))

    def quantised(writer) -> None:
        pick = np.random.default_rng(5).normal(size=(4, 256)).astype(np.float32)
        for name in ("Q8_0", "Q4_0", "Q5_1", "BF16"):
            kind = getattr(gguf.GGMLQuantizationType, name)
            writer.add_tensor(f"blk.0.{name}.weight", gguf.quants.quantize(pick, kind), raw_dtype=kind)

    def kinds(writer) -> None:
        writer.add_array("general.tags", ["text", "small"])
        writer.add_bool("general.flag", True)
        writer.add_float64("general.number", 2.5)
        writer.add_int64("general.long", -(2**40))
        writer.add_custom_alignment(64)
        writer.add_tensor("i", np.arange(10, dtype=np.int32))
        writer.add_tensor("j", np.arange(10, dtype=np.float64))

    for name, fill in (
        ("small", small),
        ("tokens", tokens),
        ("templates", templates),
        ("quantised", quantised),
        ("kinds", kinds),
    ):
        save(name, fill)


# Keras and HDF5


def keras_files(corpus: Corpus) -> None:
    import h5py
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(1)
    dense = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, "relu"), layers.Dropout(0.5), layers.Dense(2, "softmax")]
    )
    dense.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    image = keras.Input((8, 8, 3))
    branch = layers.Conv2D(4, 3, activation="relu", padding="same")(image)
    joined = layers.Add()([layers.BatchNormalization()(branch), layers.SeparableConv2D(4, 3, padding="same")(branch)])
    convolutional = keras.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(joined))))
    recurrent = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Embedding(20, 4),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(2)),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    text = keras.Input((6, 8))
    attention = keras.Model(text, layers.LayerNormalization()(layers.MultiHeadAttention(2, 4)(text, text)))
    nested = keras.Sequential(
        [
            keras.Input((4,)),
            dense,
            layers.Dense(
                1, kernel_regularizer=keras.regularizers.L2(0.01), kernel_constraint=keras.constraints.MaxNorm(2)
            ),
        ]
    )
    for name, model in {
        "dense": dense,
        "convolutional": convolutional,
        "recurrent": recurrent,
        "attention": attention,
        "nested": nested,
    }.items():
        write(corpus, f"keras/{name}.keras", "keras", by("keras"), lambda path: model.save(path))
        write(corpus, f"keras/{name}.h5", "keras h5", by("keras", "h5py"), lambda path: model.save(path))
        write(corpus, f"keras/{name}.weights.h5", "hdf5", by("keras", "h5py"), lambda path: model.save_weights(path))
    corpus.add("keras/dense.json", dense.to_json().encode(), "keras json", by("keras"))

    def plain(path: str) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("x", data=np.arange(1000.0), chunks=(100,), compression="gzip", shuffle=True)
            file.create_dataset("names", data=["a", "bc"])
            file.create_group("deep/er").attrs["note"] = "hello"
            file["again"] = h5py.SoftLink("/x")

    write(corpus, "hdf5/plain.h5", "hdf5", by("h5py"), plain)

    def latest(path: str) -> None:
        with h5py.File(path, "w", libver="latest") as file:
            file.create_dataset("w", data=np.ones((30, 4), np.float16), maxshape=(None, 4), chunks=True)
            file.attrs["framework"] = "none"

    write(corpus, "hdf5/latest.h5", "hdf5", by("h5py"), latest)


def skops_files(corpus: Corpus) -> None:
    import skops.io

    made = estimators()
    for name in ("logistic-regression", "random-forest", "pipeline", "column-transformer", "k-means", "gaussian-nb"):
        write(
            corpus,
            f"skops/{name}.skops",
            "skops",
            by("skops", "scikit-learn"),
            lambda path: skops.io.dump(made[name], path),
        )


# Boosted trees


def boosted(corpus: Corpus) -> None:
    import catboost
    import lightgbm
    import xgboost

    x, y, z = tables()
    for name, settings, target in (
        ("regression", {"objective": "reg:squarederror"}, z),
        ("binary", {"objective": "binary:logistic"}, y),
        ("multi", {"objective": "multi:softprob", "num_class": 3}, (x[:, 0] > 0).astype(int) + y),
        ("linear", {"booster": "gblinear"}, z),
        ("dart", {"booster": "dart"}, z),
    ):
        booster = xgboost.train({**settings, "max_depth": 3, "nthread": 1}, xgboost.DMatrix(x, target), 4)
        write(corpus, f"xgboost/{name}.json", "xgboost json", by("xgboost-cpu"), booster.save_model)
        write(corpus, f"xgboost/{name}.ubj", "xgboost ubj", by("xgboost-cpu"), booster.save_model)
    write(
        corpus,
        "xgboost/classifier.pkl",
        "pickle",
        by("xgboost-cpu"),
        lambda path: Path(path).write_bytes(pickle.dumps(xgboost.XGBClassifier(n_estimators=3, n_jobs=1).fit(x, y))),
    )
    write(
        corpus,
        "xgboost/booster.pkl",
        "pickle",
        by("xgboost-cpu"),
        lambda path: Path(path).write_bytes(pickle.dumps(booster, 4)),
    )
    columns = np.c_[x, np.arange(len(x)) % 3]
    quiet = {"verbose": -1, "num_threads": 1, "min_data_in_leaf": 3}
    for name, settings, target, more in (
        ("regression", {"objective": "regression"}, z, {}),
        ("binary", {"objective": "binary"}, y, {}),
        ("category", {"objective": "regression"}, z, {"categorical_feature": [4]}),
        ("linear-tree", {"linear_tree": True}, z, {"params": {"linear_tree": True}}),
    ):
        light = lightgbm.train({**quiet, **settings}, lightgbm.Dataset(columns, target, **more), 4)
        write(corpus, f"lightgbm/{name}.txt", "lightgbm", by("lightgbm"), light.save_model)
    write(
        corpus,
        "lightgbm/classifier.pkl",
        "pickle",
        by("lightgbm"),
        lambda path: Path(path).write_bytes(pickle.dumps(lightgbm.LGBMClassifier(n_estimators=3, **quiet).fit(x, y))),
    )
    for name, kind, target in (
        ("regressor", catboost.CatBoostRegressor, z),
        ("classifier", catboost.CatBoostClassifier, y),
    ):
        cat = kind(iterations=4, depth=3, verbose=False, thread_count=1, allow_writing_files=False).fit(x, target)
        write(corpus, f"catboost/{name}.cbm", "catboost", by("catboost"), cat.save_model)
        write(
            corpus,
            f"catboost/{name}.json",
            "catboost json",
            by("catboost"),
            lambda path: cat.save_model(path, format="json"),
        )
    cat = catboost.CatBoostRegressor(
        iterations=3, grow_policy="Lossguide", verbose=False, thread_count=1, allow_writing_files=False
    ).fit(x, z)
    write(corpus, "catboost/lossguide.cbm", "catboost", by("catboost"), cat.save_model)


# Graphs


def onnx_files(corpus: Corpus) -> None:
    import onnx
    from onnx import numpy_helper
    from skl2onnx import to_onnx

    made = estimators()
    x, _, _ = tables()
    for name in (
        "logistic-regression",
        "random-forest",
        "svc",
        "k-neighbors",
        "mlp",
        "gaussian-nb",
        "standard-scaler",
        "pipeline",
    ):
        corpus.add(
            f"onnx/sklearn-{name}.onnx",
            to_onnx(made[name], x.astype(np.float32)).SerializeToString(),
            "onnx",
            by("skl2onnx"),
        )
    folder = Path(onnx.__file__).parent / "backend" / "test" / "data"
    found = sorted(folder.rglob("*.onnx"))
    for path in found[:: max(1, len(found) // 45)][:45]:
        name = "-".join(
            path.relative_to(folder).with_suffix("").parts[:-1] or path.relative_to(folder).with_suffix("").parts
        )
        copy(corpus, path, f"onnx/backend-{name}-{path.stem}.onnx", "onnx", f"backend test data of {by('onnx')}")
    for path in sorted((DATA / "models").glob("*.onnx")):
        copy(
            corpus,
            path,
            f"onnx/{path.name}",
            "onnx",
            "a published model, of the data that the repository does not carry",
        )
    w = numpy_helper.from_array(np.ones((16, 16), np.float32), "w")
    x_info, y_info = (onnx.helper.make_tensor_value_info(n, 1, [1, 16]) for n in "xy")
    graph = onnx.helper.make_graph([onnx.helper.make_node("MatMul", ["x", "w"], ["y"])], "g", [x_info], [y_info], [w])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=9)
    target = corpus.out / "onnx" / "external"
    target.mkdir()
    onnx.save_model(
        model, str(target / "model.onnx"), save_as_external_data=True, location="model.onnx.data", size_threshold=0
    )
    corpus.note("onnx/external", "onnx with external data", by("onnx"))
    import torch

    def export(path: str) -> None:
        net = torch.nn.Sequential(
            torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(16, 2)
        ).eval()
        torch.onnx.export(net, (torch.ones(1, 3, 4, 4),), path, dynamo=True, external_data=False, verbose=False)

    write(corpus, "onnx/torch-export.onnx", "onnx", by("torch", "onnxscript"), export)


def copy(corpus: Corpus, source: Path, path: str, form: str, origin: str) -> None:
    target = corpus.out / path
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    corpus.note(path, form, origin)


def tflite_files(corpus: Corpus) -> None:
    from tflite_file import tflite_model

    for name, operator in (("fully-connected", 9), ("add", 0), ("mul", 18)):
        corpus.add(f"tflite/{name}.tflite", tflite_model(operator=operator), "tflite", by("tflite", "flatbuffers"))


def coreml_files(corpus: Corpus) -> None:
    import coremltools
    from coremltools.models import datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder
    from coremltools.models.utils import save_spec

    builder = NeuralNetworkBuilder([("x", datatypes.Array(3))], [("y", datatypes.Array(2))])
    builder.add_inner_product("dense", np.ones((2, 3)), np.zeros(2), 3, 2, True, "x", "h")
    builder.add_activation("relu", "RELU", "h", "y")
    write(corpus, "coreml/network.mlmodel", "coreml", by("coremltools"), lambda path: save_spec(builder.spec, path))
    classifier = NeuralNetworkBuilder([("x", datatypes.Array(3))], [("p", datatypes.Array(2))], mode="classifier")
    classifier.add_inner_product("dense", np.ones((2, 3)), np.zeros(2), 3, 2, True, "x", "h")
    classifier.add_softmax("soft", "h", "p")
    classifier.set_class_labels(["cat", "dog"], predicted_feature_name="label", prediction_blob="p")
    write(
        corpus, "coreml/classifier.mlmodel", "coreml", by("coremltools"), lambda path: save_spec(classifier.spec, path)
    )
    ensemble = coremltools.models.tree_ensemble.TreeEnsembleRegressor(
        [("a", datatypes.Double()), ("b", datatypes.Double())], "y"
    )
    ensemble.set_default_prediction_value(0.5)
    ensemble.add_branch_node(0, 0, 0, 0.5, "BranchOnValueLessThanEqual", 1, 2)
    ensemble.add_leaf_node(0, 1, 1.0)
    ensemble.add_leaf_node(0, 2, 2.0)
    write(corpus, "coreml/trees.mlmodel", "coreml", by("coremltools"), lambda path: save_spec(ensemble.spec, path))


# Formats whose own libraries want a runtime of their own


PMML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">\n<Header copyright="none" description="{0}"><Application name="hand" version="1"/><Timestamp>2026-01-01T00:00:00Z</Timestamp></Header>\n<DataDictionary numberOfFields="3"><DataField name="a" optype="continuous" dataType="double"/><DataField name="b" optype="continuous" dataType="double"/><DataField name="y" optype="{1}" dataType="{2}">{3}</DataField></DataDictionary>\n{4}</PMML>\n'
SCHEMA = '<MiningSchema><MiningField name="y" usageType="target"/><MiningField name="a"/><MiningField name="b"/></MiningSchema>'


def pmml_files(corpus: Corpus) -> None:
    source = "written after the PMML 4.4 specification"
    regression = f'<RegressionModel modelName="r" functionName="regression" algorithmName="least squares">{SCHEMA}<RegressionTable intercept="1.5"><NumericPredictor name="a" coefficient="2.0"/><NumericPredictor name="b" exponent="1" coefficient="-0.5"/></RegressionTable></RegressionModel>'
    corpus.add(
        "pmml/regression.pmml",
        PMML.format("linear regression", "continuous", "double", "", regression).encode(),
        "pmml",
        source,
    )
    tree = f'<TreeModel modelName="t" functionName="classification" splitCharacteristic="binarySplit">{SCHEMA}<Node id="0" score="no"><True/><Node id="1" score="yes"><SimplePredicate field="a" operator="lessThanOrEqual" value="0.5"/><ScoreDistribution value="yes" recordCount="8"/><ScoreDistribution value="no" recordCount="2"/></Node><Node id="2" score="no"><SimplePredicate field="a" operator="greaterThan" value="0.5"/></Node></Node></TreeModel>'
    corpus.add(
        "pmml/tree.pmml",
        PMML.format("decision tree", "categorical", "string", '<Value value="yes"/><Value value="no"/>', tree).encode(),
        "pmml",
        source,
    )


def tfjs_files(corpus: Corpus) -> None:
    source = "written after the layers-model format of TensorFlow.js"
    layers = [
        {
            "class_name": "InputLayer",
            "config": {"batch_input_shape": [None, 4], "dtype": "float32", "sparse": False, "name": "input_1"},
        },
        {
            "class_name": "Dense",
            "config": {
                "name": "dense",
                "trainable": True,
                "dtype": "float32",
                "units": 2,
                "activation": "relu",
                "use_bias": True,
                "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
                "bias_initializer": {"class_name": "Zeros", "config": {}},
                "kernel_regularizer": None,
            },
        },
    ]
    weights = [
        {"name": "dense/kernel", "shape": [4, 2], "dtype": "float32"},
        {"name": "dense/bias", "shape": [2], "dtype": "float32"},
    ]
    model = {
        "format": "layers-model",
        "generatedBy": "keras v2.15.0",
        "convertedBy": "TensorFlow.js Converter v4.20.0",
        "modelTopology": {
            "keras_version": "2.15.0",
            "backend": "tensorflow",
            "model_config": {"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}},
        },
        "weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": weights}],
    }
    numbers = np.arange(10, dtype="<f4").tobytes()
    corpus.folder(
        "tfjs/layers", {"model.json": json.dumps(model).encode(), "group1-shard1of1.bin": numbers}, "tfjs", source
    )
    split = {
        **model,
        "weightsManifest": [{"paths": ["group1-shard1of2.bin", "group1-shard2of2.bin"], "weights": weights}],
    }
    corpus.folder(
        "tfjs/shards",
        {
            "model.json": json.dumps(split).encode(),
            "group1-shard1of2.bin": numbers[:24],
            "group1-shard2of2.bin": numbers[24:],
        },
        "tfjs",
        source,
    )


def flax_files(corpus: Corpus) -> None:
    """Flax's to_bytes: maps of arrays, an array being extension 1 of a packed (shape, dtype name, bytes)."""
    import msgpack

    def pack(item: object) -> object:
        if isinstance(item, np.ndarray):
            return msgpack.ExtType(1, msgpack.packb((item.shape, item.dtype.name, item.tobytes()), use_bin_type=True))
        if isinstance(item, complex):
            return msgpack.ExtType(2, msgpack.packb((item.real, item.imag)))
        scalar = np.asarray(item)
        return msgpack.ExtType(3, msgpack.packb((scalar.shape, scalar.dtype.name, scalar.tobytes()), use_bin_type=True))

    trees = {
        "params": {"params": {"Dense_0": {"kernel": np.ones((4, 2), np.float32), "bias": np.zeros(2, np.float32)}}},
        "train-state": {
            "step": np.array(3),
            "opt_state": {"0": {"mu": np.zeros((3, 3), np.float32), "count": np.int32(7)}},
            "rate": 0.5,
            "z": 1 + 2j,
        },
    }
    for name, tree in trees.items():
        corpus.add(
            f"flax/{name}.msgpack",
            msgpack.packb(tree, default=pack, strict_types=True),
            "msgpack",
            f"{by('msgpack')}, in Flax's layout",
        )


# Folders, archives, documents


CARD = "---\nlicense: mit\ntags:\n- text-classification\n---\n# A small model\n\nTrained on made-up sentences. See https://example.org/paper for the method.\n\n```python\nfrom transformers import pipeline\nclassify = pipeline('text-classification')\n```\n"


def folders(corpus: Corpus) -> None:
    import torch
    from safetensors.numpy import save

    weights = save(
        {"classifier.weight": np.ones((2, 8), np.float32), "classifier.bias": np.zeros(2, np.float32)}, {"format": "pt"}
    )
    config = {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        "hidden_size": 8,
        "num_labels": 2,
        "id2label": {"0": "no", "1": "yes"},
        "torch_dtype": "float32",
        "transformers_version": "4.57.0",
        "vocab_size": 30522,
    }
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "hello": 2, "##s": 3}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": 0, "content": "[PAD]", "special": True}],
        "normalizer": {"type": "BertNormalizer", "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None,
        "decoder": {"type": "WordPiece", "prefix": "##"},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": vocabulary},
    }
    hub = {
        "model.safetensors": weights,
        "config.json": json.dumps(config, indent=2).encode(),
        "tokenizer.json": json.dumps(tokenizer).encode(),
        "tokenizer_config.json": json.dumps(
            {
                "tokenizer_class": "BertTokenizer",
                "do_lower_case": True,
                "model_max_length": 512,
                "chat_template": "{% for m in messages %}{{ m['role'] + ': ' + m['content'] }}{% endfor %}",
            }
        ).encode(),
        "special_tokens_map.json": b'{"pad_token": "[PAD]", "unk_token": "[UNK]"}',
        "vocab.txt": "\n".join(vocabulary).encode(),
        "generation_config.json": b'{"max_new_tokens": 20, "transformers_version": "4.57.0"}',
        "README.md": CARD.encode(),
        ".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
    }
    source = f"{by('safetensors')}, laid out as the Hugging Face hub does"
    corpus.folder("folders/hub", hub, "hub folder", source)
    first, second = (
        save({"a": np.ones(4, np.float32)}, {"format": "pt"}),
        save({"b": np.zeros(4, np.float32)}, {"format": "pt"}),
    )
    index = {
        "metadata": {"total_size": 32},
        "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"},
    }
    corpus.folder(
        "folders/hub-shards",
        {
            "config.json": json.dumps(config).encode(),
            "model-00001-of-00002.safetensors": first,
            "model-00002-of-00002.safetensors": second,
            "model.safetensors.index.json": json.dumps(index).encode(),
            "README.md": CARD.encode(),
            "requirements.txt": b"torch>=2.6\ntransformers==4.57.0\nsafetensors\n",
        },
        "hub folder",
        source,
    )
    checkpoint = io.BytesIO()
    torch.save({"classifier.weight": torch.ones(2, 8)}, checkpoint)
    corpus.folder(
        "folders/hub-bin",
        {
            "pytorch_model.bin": checkpoint.getvalue(),
            "config.json": json.dumps(config).encode(),
            "merges.txt": b"#version: 0.2\nh e\nl l\n",
            "vocab.json": json.dumps(vocabulary).encode(),
        },
        "hub folder",
        by("torch"),
    )
    corpus.folder(
        "folders/adapter",
        {
            "adapter_model.safetensors": first,
            "adapter_config.json": json.dumps(
                {
                    "peft_type": "LORA",
                    "r": 8,
                    "lora_alpha": 16,
                    "target_modules": ["q_proj"],
                    "base_model_name_or_path": "org/base",
                    "task_type": "CAUSAL_LM",
                }
            ).encode(),
            "README.md": CARD.encode(),
        },
        "adapter folder",
        source,
    )
    triton = 'name: "small"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\ninput [ { name: "x" data_type: TYPE_FP32 dims: [ 16 ] } ]\noutput [ { name: "y" data_type: TYPE_FP32 dims: [ 16 ] } ]\n'
    onnx_model = (corpus.out / "onnx" / "sklearn-logistic-regression.onnx").read_bytes()
    corpus.folder(
        "folders/triton", {"config.pbtxt": triton.encode(), "1/model.onnx": onnx_model}, "Triton folder", by("skl2onnx")
    )
    plain = (corpus.out / "sklearn" / "logistic-regression.pkl").read_bytes()
    mlmodel = "artifact_path: model\nflavors:\n  sklearn:\n    pickled_model: model.pkl\n    serialization_format: pickle\n    sklearn_version: 1.9.1\nmlflow_version: 2.22.0\nmodel_uuid: 00000000000000000000000000000000\n"
    corpus.folder(
        "folders/mlflow",
        {
            "MLmodel": mlmodel.encode(),
            "model.pkl": plain,
            "requirements.txt": b"scikit-learn==1.9.1\n",
            "python_env.yaml": b"python: 3.11.7\ndependencies:\n- -r requirements.txt\n",
        },
        "MLflow folder",
        by("scikit-learn"),
    )

    import zipfile

    def zipped(path: str) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in hub.items():
                archive.writestr(name, data)

    write(corpus, "archives/hub.zip", "zip of a model", by("safetensors"), zipped)
    members = [(f"hub/{name}", data) for name, data in hub.items()]
    corpus.add("archives/hub.tar", tar_of(members), "tar of a model", by("safetensors"))
    corpus.add(
        "archives/hub.tar.gz",
        gzip.compress(tar_of([*members, ("hub/model.pkl", plain)]), mtime=0),
        "tar of a model in gzip",
        by("safetensors"),
    )


def documents(corpus: Corpus) -> None:
    source = "a plain document, as lies beside a model"
    texts = {
        "README.md": CARD,
        "config.json": json.dumps({"model_type": "gpt2", "n_layer": 2, "n_head": 2, "activation_function": "gelu_new"}),
        "requirements.txt": "numpy==1.26.4\ntorch>=2.6,<3\n# for the tests\npytest\n",
        "labels.txt": "cat\ndog\nbird\n",
        "vocab.json": json.dumps({f"token{i}": i for i in range(500)}),
        "metrics.csv": "epoch,loss\n1,0.5\n2,0.25\n",
        "LICENSE": "Permission is hereby granted, free of charge, to any person.\n",
        "training.yaml": "model:\n  layers: 2\n  rate: 0.001\nseed: 7\n",
        "preprocessor_config.json": json.dumps(
            {"do_normalize": True, "image_mean": [0.5, 0.5, 0.5], "size": {"height": 224, "width": 224}}
        ),
        "log.jsonl": "".join(json.dumps({"step": i, "loss": 1 / (i + 1)}) + "\n" for i in range(50)),
        ".gitignore": "*.tmp\n__pycache__/\n",
    }
    for name, text in texts.items():
        corpus.add(f"documents/{name}", text.encode(), "document", source)


MAKERS = (
    scikit_learn,
    old_joblib,
    arrays,
    pytorch,
    safetensors,
    ggufs,
    keras_files,
    skops_files,
    boosted,
    onnx_files,
    tflite_files,
    coreml_files,
    pmml_files,
    tfjs_files,
    flax_files,
    folders,
    documents,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    corpus = Corpus(options.out, ("format", "source"))
    missed = []
    for make in MAKERS:
        try:
            make(corpus)
        except (ImportError, PackageNotFoundError) as error:
            missed.append(f"{make.__name__}: {error}")
        except Exception:
            traceback.print_exc()
            missed.append(f"{make.__name__}: see above")
    for entry in corpus.entries:
        entry.pop("exempt", None)
    corpus.write_manifest()
    shutil.rmtree(os.environ["KERAS_HOME"], ignore_errors=True)
    print(f"{len(corpus.entries)} files")
    for line in missed:
        print(f"absent: {line}", file=sys.stderr)


if __name__ == "__main__":
    main()
