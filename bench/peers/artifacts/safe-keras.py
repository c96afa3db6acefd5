"""Writes the exact names of Keras objects that a model's settings may name.

    python bench/peers/artifacts/safe-keras.py > packages/scanner/src/formats/keras/safe-keras.generated.ts

Needs `keras`, `tf_keras` (Keras 2) and `tensorflow`. A name is listed when it is a class that only computes: layers,
initializers, regularizers, constraints, optimizers, losses, metrics, schedules, dtype policies, quantizers, and the
operations that functional models keep. Layers that run code or load files of their own are left out.
"""

import importlib
import inspect
import os
import pkgutil

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
import keras  # noqa: E402
import tf_keras  # noqa: E402
import tensorflow as tf  # noqa: E402

RUNS_CODE = {
    "Lambda",
    "TFSMLayer",
    "TorchModuleWrapper",
    "JaxLayer",
    "FlaxLayer",
    "ModuleWrapper",
    "TFOpLambda",
    "SlicingOpLambda",
    "ClassMethod",
    "InstanceMethod",
    "InstanceProperty",
    "TensorFlowOpLayer",
    "PyDataset",
    "Merge",
    "ReloadedLayer",
    # Operations that call what they are given.
    "Map",
    "Scan",
    "AssociativeScan",
    "WhileLoop",
    "Cond",
    "Switch",
    "VectorizedMap",
    "Vectorize",
    "ForiLoop",
    "CustomGradient",
}


def bases_of(package):
    found = [
        package.layers.Layer,
        package.initializers.Initializer,
        package.regularizers.Regularizer,
        package.constraints.Constraint,
        package.optimizers.Optimizer,
        package.optimizers.schedules.LearningRateSchedule,
        package.losses.Loss,
        package.metrics.Metric,
        package.Model,
    ]
    if package is keras:
        found += [
            keras.dtype_policies.DTypePolicy,
            keras.dtype_policies.DTypePolicyMap,
            keras.quantizers.Quantizer,
            keras.src.quantizers.quantization_config.QuantizationConfig,
            keras.random.SeedGenerator,
            keras.Operation,
            keras.KerasTensor,
        ]
    else:
        found += [tf_keras.mixed_precision.Policy, tf_keras.optimizers.legacy.Optimizer]
    return tuple(found)


def modules_of(package, skip):
    yield package
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if any(part in info.name for part in skip):
            continue
        try:
            yield importlib.import_module(info.name)
        except Exception:
            continue


FUNCTION_AREAS = ("activations", "losses", "metrics", "initializers", "constraints", "regularizers", "optimizers")


def collect(package, skip):
    bases = bases_of(package)
    classes, functions = set(), set()
    for module in modules_of(package, skip):
        area = module.__name__.removeprefix(package.__name__ + ".")
        for name, value in vars(module).items():
            if name.startswith("_") or name in RUNS_CODE:
                continue
            ours = getattr(value, "__module__", "") or ""
            if inspect.isclass(value) and issubclass(value, bases) and ours.startswith(package.__name__):
                classes |= {name, value.__name__} - RUNS_CODE
            elif inspect.isfunction(value) and area in FUNCTION_AREAS and name not in {"get", "serialize", "deserialize"}:
                functions.add(name)
    return classes, functions


def printed(title, constant, names):
    lines, line = [], ""
    for name in sorted(name for name in names if not name.startswith("_")):
        if len(line) + len(name) > 118:
            lines.append(line)
            line = ""
        line += (" " if line else "") + name
    print(f"/** {title}, separated by blanks. */")
    print(f"export const {constant}: string = `")
    print("\n".join([*lines, line]))
    print("`")


def main():
    skip = ("_test", ".testing", "benchmarks", "integration_tests", ".applications", "legacy_tf_layers", ".api", "tests")
    three = collect(keras, skip)
    two = collect(tf_keras, skip)
    print(f"// Made by bench/peers/artifacts/safe-keras.py from keras {keras.__version__} and tf_keras {tf_keras.__version__}.")
    print()
    printed("Classes that only compute", "kerasClasses", three[0] | two[0])
    print()
    printed("Activations, losses, metrics and the like that are named as functions", "kerasFunctions", three[1] | two[1])


main()
