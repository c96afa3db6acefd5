"""Writes the hostile half of the corpus: `malicious.py OUT [--variants]`. See README.md."""

import argparse
from collections import Counter
from pathlib import Path

import malicious_containers
import malicious_formats
import malicious_pickles
from corpus import Corpus

KEYS = ("family", "technique", "reference", "expect")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--variants", action="store_true", help="add renamed and junk-prepended copies")
    options = parser.parse_args()
    corpus = Corpus(options.out, KEYS)
    malicious_pickles.write(corpus)
    malicious_containers.write(corpus)
    malicious_formats.write(corpus)
    own = len(corpus.entries)
    if options.variants:
        corpus.write_variants()
    corpus.write_manifest()
    families = Counter(str(entry["family"]) for entry in corpus.entries[:own])
    print(f"{own} files ({', '.join(f'{n} {f}' for f, n in families.items())}), {len(corpus.entries) - own} variants")


if __name__ == "__main__":
    main()
