"""Runs the fundir command."""
import json
import subprocess


class Fundir:
    def __init__(self, path):
        self.path = path

    def merge(self, models, output, *options):
        self._run("merge", *models, "-q", "-o", output, *options)

    def convert(self, model, output, *options):
        self._run("convert", model, "-q", "-o", output, *options)

    def inspect(self, path):
        return json.loads(self._run("inspect", path, "--json"))

    def analyse(self, path):
        """What is known of the elements of each tensor."""
        found = {}
        for mode in ("outliers", "distribution"):
            for tensor in json.loads(self._run("inspect", path, "-q", "--mode", mode, "--json"))["tensors"]:
                found.setdefault(tensor["name"], {}).update(tensor)
        return found

    def _run(self, *arguments):
        done = subprocess.run([self.path, *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 0, f"fundir {' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr.strip()}"
        return done.stdout
