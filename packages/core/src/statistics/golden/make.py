"""Writes truths.json: what other implementations say of the functions in the folder above.

Special functions come from mpmath at 50 digits, the rest from SciPy, statsmodels and scikit-learn, or from exact
sums of fractions where those have no such function. Run it in this folder, with those four packages installed
(made with mpmath 1.4.1, SciPy 1.17.1, statsmodels 0.15.0, scikit-learn 1.9.1): `python3 make.py`.
"""

import json
import random
from fractions import Fraction
from math import comb
from pathlib import Path

import mpmath as mp
import numpy as np
from scipy import stats
from sklearn.metrics import roc_auc_score, roc_curve
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

mp.mp.dps = 50


def beta_quantile(p, a, b):
    """SciPy's quantile, polished by Newton's method on mpmath's own incomplete beta function."""
    x = mp.mpf(stats.beta.ppf(float(p), float(a), float(b)))
    for _ in range(4):
        density = x ** (a - 1) * (1 - x) ** (b - 1) / mp.beta(a, b)
        x -= (mp.betainc(a, b, 0, x, regularized=True) - p) / density
    return x


def rows(function, *arguments):
    return [[*row, float(function(*map(mp.mpf, row)))] for row in arguments]


special = {
    "logGamma": rows(mp.loggamma, [1e-8], [0.1], [0.5], [1.5], [2.5], [3.7], [11.9], [12], [100.25], [1e6], [1e9]),
    "erfc": rows(mp.erfc, [-3], [-0.5], [0], [1e-9], [0.3], [1], [1.3], [2], [5], [10], [26]),
    "normalCdf": rows(mp.ncdf, [-37], [-10], [-5], [-1.96], [-0.1], [0], [0.5], [1.2815515655446004], [3], [8]),
    "normalQuantile": rows(
        lambda p: -mp.sqrt(2) * mp.erfinv(1 - 2 * p),
        *[[p] for p in (1e-30, 1e-12, 1e-5, 0.001, 0.025, 0.074, 0.076, 0.3, 0.5, 0.77, 0.975, 0.99999)],
    ),
    "regularisedGammaP": rows(
        lambda a, x: mp.gammainc(a, 0, x, regularized=True),
        *[[0.5, 1e-6], [0.5, 0.3], [0.01, 2], [1, 1], [3, 2.5], [10, 30], [30, 10], [1000, 990], [1e5, 100300]],
    ),
    "regularisedGammaQ": rows(
        lambda a, x: mp.gammainc(a, x, mp.inf, regularized=True),
        *[[0.5, 50], [2, 0.1], [3, 2.5], [10, 60], [1000, 1100], [1e5, 101000]],
    ),
    "regularisedBeta": rows(
        lambda x, a, b: mp.betainc(a, b, 0, x, regularized=True),
        *[[0.3, 0.5, 0.5], [0.9, 0.5, 1.5], [0.5, 2, 3], [1e-5, 3, 10], [0.2, 40, 60], [0.6, 400, 600]],
        *[[0.0101, 1000, 99000], [0.999, 50, 0.2], [1e-12, 0.3, 7]],
    ),
    "inverseRegularisedBeta": rows(
        beta_quantile,
        *[[0.025, 81, 183], [0.975, 82, 182], [0.025, 1, 29], [0.3, 0.5, 0.5], [0.99, 0.5, 20], [1e-10, 2, 5]],
        *[[0.5, 1000, 3], [0.025, 300, 99701], [0.025, 2, 999999], [0.9999, 5, 0.7]],
    ),
    "chiSquareCdf": rows(
        lambda x, k: mp.gammainc(k / 2, 0, x / 2, regularized=True),
        *[[3.841458820694124, 1], [5.991464547107979, 2], [18.307038053275146, 10], [124.3421134, 100], [0.01, 3]],
    ),
}

# Exact: sums of fractions, rounded once.
binomial = []
for k, n, p in [(0, 10, "1/2"), (3, 10, "1/2"), (7, 22, "1/2"), (40, 100, "1/3"), (1, 200, "1/100"), (510, 1000, "1/2")]:
    chance = Fraction(p)
    terms = [comb(n, i) * chance**i * (1 - chance) ** (n - i) for i in range(k + 1)]
    binomial.append({"k": k, "n": n, "p": float(chance), "probability": float(terms[-1]), "cdf": float(sum(terms))})

proportions = []
for successes, n in [(0, 1), (1, 1), (0, 10), (5, 10), (81, 263), (9_990, 10_000), (3, 1_000_000)]:
    for confidence in (0.9, 0.95, 0.999):
        ends = {m: list(map(float, proportion_confint(successes, n, 1 - confidence, m))) for m in ("wilson", "beta")}
        row = {"successes": successes, "n": n, "confidence": confidence}
        proportions.append(row | {"wilson": ends["wilson"], "clopperPearson": ends["beta"]})

mcnemars = []
for b, c in [(1, 7), (6, 16), (10, 10), (0, 6), (120, 150)]:
    total, fewer = b + c, min(b, c)
    tail = Fraction(sum(comb(total, i) for i in range(fewer + 1)), 2**total)
    point = Fraction(comb(total, fewer), 2**total)
    assert abs(min(1, 2 * tail) - Fraction(mcnemar([[0, b], [c, 0]], exact=True).pvalue)) < 1e-12
    mid = 1 - point / 2 if b == c else 2 * tail - point
    mcnemars.append({"b": b, "c": c, "exact": float(min(1, 2 * tail)), "midP": float(mid)})

corrections = []
source = random.Random(7)
for size in (1, 4, 25):
    p_values = [source.random() ** 3 for _ in range(size)]
    p_values[-1] = p_values[0]
    adjusted = {name: multipletests(p_values, method=key)[1].tolist() for name, key in (("holm", "holm"), ("bh", "fdr_bh"))}
    corrections.append({"pValues": p_values} | adjusted)

generator = np.random.default_rng(7)
values, weights = generator.normal(5, 2, 30).round(3), generator.uniform(0, 3, 30).round(3)
weighted = DescrStatsW(values, weights)
describe = {
    "values": values.tolist(),
    "weights": weights.tolist(),
    "mean": float(values.mean()),
    "variance": float(values.var(ddof=1)),
    "median": float(np.median(values)),
    "quantiles": [[p, float(np.quantile(values, p))] for p in (0, 0.025, 0.1, 0.333, 0.5, 0.9, 1)],
    "weightedMean": float(weighted.mean),
    "weightedVariance": float(np.cov(values, aweights=weights)),
}


def delong(positives, negatives):
    """The definition itself, pair by pair: structural components and their variances."""
    psi = np.sign(positives[:, None] - negatives[None, :]) / 2 + 0.5
    return psi.mean(), psi.mean(1).var(ddof=1) / len(positives) + psi.mean(0).var(ddof=1) / len(negatives)


aucs = []
for m, n, shift, decimals in [(8, 12, 0.8, 1), (40, 60, 1.5, 6), (25, 25, -0.3, 0)]:
    positives = (generator.normal(shift, 1, m)).round(decimals)
    negatives = (generator.normal(0, 1, n)).round(decimals)
    area, variance = delong(positives, negatives)
    labels, scores = np.repeat([1, 0], [m, n]), np.concatenate([positives, negatives])
    assert abs(area - roc_auc_score(labels, scores)) < 1e-12
    half = stats.norm.ppf(0.975) * variance**0.5
    row = {"positives": positives.tolist(), "negatives": negatives.tolist(), "auc": float(area)}
    aucs.append(row | {"low": float(max(0, area - half)), "high": float(min(1, area + half))})

positives, negatives = generator.normal(1, 1, 300).round(2), generator.normal(0, 1, 1000).round(2)
fpr, tpr, _ = roc_curve(np.repeat([1, 0], [300, 1000]), np.concatenate([positives, negatives]), drop_intermediate=False)
rates = [{"fpr": f, "tpr": float(tpr[fpr <= f].max()), "actual": float(fpr[fpr <= f].max())} for f in (0.01, 0.05, 0.29)]
roc = {"positives": positives.tolist(), "negatives": negatives.tolist(), "rates": rates}

skewed = generator.exponential(1, 40).round(3)
bootstraps = {"values": skewed.tolist()}
for name in ("percentile", "BCa"):
    got = stats.bootstrap((skewed,), np.mean, n_resamples=200_000, method=name, rng=generator).confidence_interval
    bootstraps[name] = [float(got.low), float(got.high)]

truths = {
    "special": special,
    "binomial": binomial,
    "proportions": proportions,
    "mcnemar": mcnemars,
    "corrections": corrections,
    "describe": describe,
    "aucs": aucs,
    "roc": roc,
    "bootstrap": bootstraps,
}
Path(__file__).with_name("truths.json").write_text(json.dumps(truths) + "\n")
