"""Has huggingface_hub and fundir use one cache by turns, and at once: neither moves again what the other has moved.

usage: hub_cache_check.py ROOT [COMMAND]   ROOT is fundir's folder, in which everything is built; check-hub does that.
                                           COMMAND (ROOT/fundir) is run for fundir
"""
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from hub_check import HOME, ROOT, WORK, Fake, content, model  # noqa: E402  (it sets the environment first)
from report import Report  # noqa: E402

COMMAND = sys.argv[2] if len(sys.argv) > 2 else str(ROOT / "fundir")
CACHE = WORK / "home" / "hub"
LONG = 600_000_000


def fundir(*arguments, **environment):
    done = subprocess.run(start_arguments(arguments), capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, f"fundir {arguments[0]}: exit {done.returncode}: {done.stderr.strip()}"
    return pathlib.Path(done.stdout.strip().splitlines()[-1])


def start_arguments(arguments):
    return [COMMAND, *map(str, arguments)]


def offline(code):
    """Python without the Hub: the setting is read when the package is imported."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    assert done.returncode == 0, done.stderr.strip()
    return pathlib.Path(done.stdout.strip())


def hf(*arguments):
    done = subprocess.run([pathlib.Path(sys.executable).parent / "hf", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, f"hf {' '.join(arguments)}: exit {done.returncode}: {done.stdout} {done.stderr}"
    return done.stdout + done.stderr


def moved(fake):
    """Addresses of files that were read since it was last asked."""
    seen = [each["path"] for server in ("HUB", "CDN") for each in fake.seen(server, "GET")
            if "/resolve/" in each["path"] or "/cdn/" in each["path"] or "/resolve-cache/" in each["path"]]
    fake.forget()
    return seen


def by_turns(report, fake, models):
    import huggingface_hub as hub

    first, second = models[:2]
    with report.check("what Python downloaded, fundir finds"):
        path = pathlib.Path(hub.snapshot_download("org/" + first.name))
        assert moved(fake)
        assert fundir("download", "org/" + first.name, "--include", "*") == path
        assert not moved(fake)
    with report.check("what fundir downloaded, Python finds"):
        path = fundir("download", "org/" + second.name, "--include", "*", "--include", "*.bin")
        assert moved(fake) and content(path) == content(second)
        assert pathlib.Path(hub.snapshot_download("org/" + second.name)) == path
        for name in content(second):
            assert pathlib.Path(hub.hf_hub_download("org/" + second.name, name)) == path / name
        assert not moved(fake), "Python read files"
    with report.check("without the Hub each finds what the other downloaded"):
        assert fundir("download", "org/" + first.name, HF_HUB_OFFLINE="1").is_dir()
        assert offline(f"import huggingface_hub as h; print(h.snapshot_download('org/{second.name}'))").is_dir()
        assert offline(f"import huggingface_hub as h; print(h.hf_hub_download('org/{second.name}', 'config.json'))").is_file()
        assert not moved(fake)
    with report.check("a file that fundir found missing is known to Python"):
        asked = subprocess.run(start_arguments(["download", "org/" + first.name, "--include", "none.json"]), capture_output=True)
        assert asked.returncode != 0
        known = hub.try_to_load_from_cache("org/" + first.name, "none.json")
        assert known is hub._CACHED_NO_EXIST, known


def caches(report, fake, models):
    import huggingface_hub as hub

    first, second = models[:2]
    with report.check("scan, hf cache ls and hf cache verify accept the cache"):
        scan = hub.scan_cache_dir()
        assert not scan.warnings, scan.warnings
        assert {each.repo_id for each in scan.repos} == {"org/" + first.name, "org/" + second.name}
        sizes = {each.repo_id: each.size_on_disk for each in scan.repos}
        assert sizes["org/" + second.name] == sum(map(len, content(second).values()))
        assert "org/" + second.name in hf("cache", "ls")
        hf("cache", "verify", "org/" + second.name)
    with report.check("what hf cache deleted is downloaded again"):
        revisions = [revision.commit_hash for each in hub.scan_cache_dir().repos if each.repo_id == "org/" + second.name
                     for revision in each.revisions]
        hub.scan_cache_dir().delete_revisions(*revisions).execute()
        fake.forget()
        path = fundir("download", "org/" + second.name, "--include", "*", "--include", "*.bin")
        assert moved(fake) and content(path) == content(second)
        assert not hub.scan_cache_dir().warnings


def local_folders(report, fake, models):
    import huggingface_hub as hub

    third, fourth = models[2:4]
    with report.check("a folder that Python filled is found by fundir, and the other way round"):
        hub.snapshot_download("org/" + third.name, local_dir=WORK / "by-python")
        moved(fake)
        fundir("download", "org/" + third.name, "--include", "*", "--include", "*.bin", "--local-dir", WORK / "by-python")
        assert not moved(fake)
        fundir("download", "org/" + fourth.name, "--include", "*", "--include", "*.bin", "--local-dir", WORK / "by-fundir")
        assert moved(fake) and content(WORK / "by-fundir") == content(fourth)
        hub.snapshot_download("org/" + fourth.name, local_dir=WORK / "by-fundir")
        assert not moved(fake), "Python read files"


def at_once(report, fake, long):
    import huggingface_hub as hub
    from huggingface_hub.utils import WeakFileLock

    name = "org/" + long.name
    with report.check("fundir waits for a file that Python has locked"):
        info = hub.HfApi(endpoint=fake.address).model_info(name, files_metadata=True)
        etag = next(each.lfs.sha256 for each in info.siblings if each.rfilename == "model.safetensors")
        lock = CACHE / ".locks" / ("models--org--" + long.name) / (etag + ".lock")
        lock.parent.mkdir(parents=True)
        with WeakFileLock(lock):
            waiting = subprocess.Popen(start_arguments(["download", name]), stdout=subprocess.PIPE, text=True)
            time.sleep(5)
            assert waiting.poll() is None and not any("/cdn/" in path for path in moved(fake))
        path = pathlib.Path(waiting.communicate()[0].strip().splitlines()[-1])
        assert waiting.returncode == 0 and (path / "model.safetensors").stat().st_size == LONG
    blobs = CACHE / ("models--org--" + long.name) / "blobs"
    with report.check("fundir killed in the middle leaves a cache that Python takes, and goes on"):
        (blobs / etag).unlink()
        process = subprocess.Popen(start_arguments(["download", name]), stdout=subprocess.PIPE, preexec_fn=os.setsid)
        partial = blobs / (etag + ".fundir.incomplete")
        while not (partial.exists() and partial.stat().st_blocks * 512 > LONG // 8):
            assert process.poll() is None, "it was too fast to be killed"
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert partial.exists() and not (blobs / etag).exists()
        fake.forget()
        fundir("download", name)
        assert all(each["range"] and each["range"] != "bytes=0-33554431" for each in fake.seen("CDN", "GET")), fake.seen("CDN", "GET")
        assert not hub.scan_cache_dir().warnings
    with report.check("Python and fundir at once move a file once"):
        (blobs / etag).unlink()
        fake.forget()
        process = subprocess.Popen(start_arguments(["download", name]), stdout=subprocess.PIPE)
        while not partial.exists():
            time.sleep(0.005)
        hub.hf_hub_download(name, "model.safetensors")
        assert process.wait() == 0
        ranges = [each["range"] for each in fake.seen("CDN", "GET")]
        assert all(ranges) and len(ranges) == len(set(ranges)), ranges


def main():
    models = [model(WORK / name, seed) for seed, name in enumerate(("one", "two", "three", "four"))]
    long = WORK / "long"
    long.mkdir()
    with open(long / "model.safetensors", "wb") as file:
        file.truncate(LONG)
    fake = Fake(*models, long)
    os.environ["HF_ENDPOINT"] = fake.address

    import huggingface_hub

    print(f"huggingface_hub {huggingface_hub.__version__}, Python {sys.version.split()[0]}", flush=True)
    report = Report()
    try:
        by_turns(report, fake, models)
        caches(report, fake, models)
        local_folders(report, fake, models)
        at_once(report, fake, long)
    finally:
        fake.close()
        HOME.cleanup()
    sys.exit(report.close())


if __name__ == "__main__":
    main()
