"""Runs huggingface_hub against the fake Hub of the tests, and fundir too: what one uploads, the other downloads.

usage: hub_check.py ROOT                   ROOT is fundir's folder, in which everything is built; check-hub does that
"""
import contextlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import urllib.request

ROOT = pathlib.Path(sys.argv[1])
HOME = tempfile.TemporaryDirectory(prefix="check-hub-")
WORK = pathlib.Path(HOME.name)
TOKEN = "hf_write"
# The package reads these when it is imported.
os.environ.update(
    HF_HOME=str(WORK / "home"), HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1",
    HF_TOKEN=TOKEN,
)
for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN_PATH"):
    os.environ.pop(name, None)

LARGE_FROM, PART_SIZE = 1_000_000, 5_000_000


class Fake:
    """The fake Hub as a process."""

    def __init__(self, *folders):
        places = [ROOT / "java/hub-fake/target/classes", ROOT / "java/hub/target/test-classes", ROOT / "java/hub/target/classes", ROOT / "java/fundir/target/classes",
                  ROOT / "java/cli/target/lib/*"]
        self.process = subprocess.Popen(
            ["java", "-cp", os.pathsep.join(map(str, places)), "dev.fundir.hub.fake.FakeHubMain", "0", str(LARGE_FROM),
             str(PART_SIZE), *map(str, folders)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://"), "the fake Hub did not start"

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def seen(self, server=None, method=None, path=""):
        """What came since it was last forgotten."""
        with urllib.request.urlopen(self.address + "/fake/seen") as answer:
            requests = json.load(answer)
        return [each for each in requests
                if server in (None, each["server"]) and method in (None, each["method"]) and path in each["path"]]

    def forget(self):
        self._post("forget")

    def cut(self, path, after):
        self._post(f"cut?path={path}&after={after}")

    def _post(self, command):
        urllib.request.urlopen(urllib.request.Request(f"{self.address}/fake/{command}", method="POST")).close()


def model(folder, seed):
    """A folder with files of all kinds: small, large, in parts, empty, in folders, with odd names."""
    made = random.Random(seed)
    for name, size in (("config.json", 500), ("model.safetensors", 2_000_000), ("model-in-parts.bin", 17_000_001), ("empty.txt", 0),
                       ("onnx/a folder/m\u00f6del.onnx", 1_500_000), ("tokenizer.json", 999_999), ("README.md", 30)):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(made.randbytes(size) if name != "README.md" else b"---\nlicense: mit\n---\n# A model\n")
    return folder


def content(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*")
            if file.is_file() and ".cache" not in file.relative_to(folder).parts}


@contextlib.contextmanager
def raises(kind):
    try:
        yield
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


def python_alone(report, fake, given, served):
    """The fake is what Python takes for a Hub."""
    import huggingface_hub as hub
    from huggingface_hub import errors

    api = hub.HfApi(endpoint=fake.address, token=TOKEN)
    with report.check("Python: says who it is, makes a model, and again"):
        assert api.whoami()["name"] == "org"
        assert api.create_repo("org/made", private=True).repo_id == "org/made"
        api.create_repo("org/made", exist_ok=True)
        with raises(errors.HfHubHTTPError):
            api.create_repo("org/made")
        assert api.model_info("org/made").private
    with report.check("Python: uploads a folder, basic and in parts, and lists it"):
        fake.forget()
        commit = api.upload_folder(repo_id="org/made", folder_path=given, commit_message="all")
        assert set(api.list_repo_files("org/made")) == set(content(given))
        assert api.model_info("org/made").sha == commit.oid
        sizes = {file.path: file.size for file in api.list_repo_tree("org/made", recursive=True) if hasattr(file, "size")}
        assert sizes == {name: len(data) for name, data in content(given).items()}
        assert len(fake.seen("CDN", "PUT")) == 2 + 4, fake.seen("CDN", "PUT")
    with report.check("Python: downloads what it uploaded"):
        assert content(pathlib.Path(api.snapshot_download("org/made"))) == content(given)
    with report.check("Python: uploads a file, and a pull request"):
        api.upload_file(repo_id="org/made", path_or_fileobj=b"1", path_in_repo="more/one.txt")
        assert pathlib.Path(api.hf_hub_download("org/made", "more/one.txt")).read_bytes() == b"1"
        request = api.upload_file(repo_id="org/made", path_or_fileobj=b"2", path_in_repo="two.txt", create_pr=True)
        assert "/discussions/" in request.pr_url and not api.file_exists("org/made", "two.txt")
    with report.check("Python: downloads a folder that the fake serves"):
        assert content(pathlib.Path(api.snapshot_download("org/" + served.name))) == content(served)
    with report.check("Python: goes on where a stream broke off"):
        fake.cut("model-in-parts.bin", 12_000_000)
        fake.forget()
        # Another cache: else the file is there already. Older versions give up, and go on when they are asked again.
        for attempt in range(2):
            with contextlib.suppress(OSError if attempt == 0 else ()):
                folder = api.snapshot_download("org/" + served.name, cache_dir=WORK / "cache")
        assert content(pathlib.Path(folder)) == content(served)
        ranges = [each["range"] for each in fake.seen("CDN", "GET", "/model-in-parts.bin")]
        assert len(ranges) == 2 and int(ranges[1].removeprefix("bytes=").removesuffix("-")) >= 1_000_000, ranges
    with report.check("Python: gets the errors that it knows"):
        with raises(errors.RepositoryNotFoundError):
            api.model_info("org/none")
        with raises(errors.RepositoryNotFoundError):
            hub.HfApi(endpoint=fake.address, token=False).model_info("org/private")
        with raises(errors.RevisionNotFoundError):
            api.model_info("org/made", revision="v9")
        with raises(errors.EntryNotFoundError):
            api.hf_hub_download("org/made", "none.txt")
        with raises(errors.GatedRepoError):
            hub.HfApi(endpoint=fake.address, token=False).hf_hub_download("org/gated", "config.json")
    with report.check("Python: its token comes to the Hub alone"):
        assert all(TOKEN in each["authorization"] for each in fake.seen("HUB", "POST"))
        assert not any(each["authorization"] for each in fake.seen("CDN"))


def both(report, fake, fundir, given):
    """What fundir uploads, Python downloads; and the other way round."""
    import huggingface_hub as hub

    api = hub.HfApi(endpoint=fake.address, token=TOKEN)
    with report.check("fundir uploads, Python downloads the same bytes"):
        fake.forget()
        fundir("upload", "org/from-fundir", given)
        # Python's upload has brought the large files to the store.
        assert not fake.seen("CDN", "PUT")
        assert content(pathlib.Path(api.snapshot_download("org/from-fundir"))) == content(given)
    with report.check("fundir uploads in parts what the Hub does not have"):
        other = model(WORK / "other", 3)
        fake.forget()
        fundir("upload", "org/other", other)
        assert len(fake.seen("CDN", "PUT")) == 2 + 4
        assert content(pathlib.Path(api.snapshot_download("org/other"))) == content(other)
        assert not any(each["authorization"] for each in fake.seen("CDN"))


def main():
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    from report import Report

    served, given = model(WORK / "served", 1), model(WORK / "given", 2)
    fake = Fake(served)
    os.environ["HF_ENDPOINT"] = fake.address

    import huggingface_hub

    print(f"huggingface_hub {huggingface_hub.__version__}, Python {sys.version.split()[0]}", flush=True)

    def fundir(*arguments):
        done = subprocess.run([ROOT / "fundir", *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 0, f"fundir {arguments[0]}: exit {done.returncode}: {done.stderr.strip()}"
        return done.stdout.strip()

    report = Report()
    try:
        python_alone(report, fake, given, served)
        both(report, fake, fundir, given)
    finally:
        fake.close()
        HOME.cleanup()
    sys.exit(report.close())


if __name__ == "__main__":
    main()
