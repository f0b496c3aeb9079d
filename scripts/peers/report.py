"""One line for each check, and the total."""
import contextlib
import traceback


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    @contextlib.contextmanager
    def check(self, name):
        """Runs a check: its assertions decide; any exception is a failure."""
        try:
            yield
        except Exception as problem:
            self.failed += 1
            print(f"FAIL {name}: {problem or type(problem).__name__}", flush=True)
            if not isinstance(problem, AssertionError):
                traceback.print_exc()
        else:
            self.passed += 1
            print(f"ok   {name}", flush=True)

    def close(self):
        """Prints the total; gives the exit code."""
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0
