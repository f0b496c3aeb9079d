"""Runs all checks; see scripts/check-peers.

usage: check.py FUNDIR_COMMAND MODEL_FOLDER
"""
import pathlib
import sys
import tempfile

import models
from command import Fundir
from gguf_check import check_gguf
from inspection import check_dtypes
from merging import Merges
from report import Report
from round_trip import check_round_trips
from statistics_check import check_statistics
from text_check import check_texts


def main():
    fundir, model = Fundir(sys.argv[1]), pathlib.Path(sys.argv[2])
    report = Report()
    with tempfile.TemporaryDirectory(dir=model.parent) as name:
        folder = pathlib.Path(name)
        check_dtypes(report, fundir, folder)
        check_statistics(report, fundir, folder, model / models.FILE)
        check_round_trips(report, fundir, folder)
        check_texts(report, fundir, folder)
        check_gguf(report, fundir, model / models.FILE, folder)
        merges = Merges(report, fundir, models.copies(model, folder), folder)
        merges.every_method()
        merges.first_model_alone()
        merges.narrowed()
        merges.shards()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
