#!/usr/bin/python3
"""run_ci_sample.py SAMPLE PROJECT: runs those steps of a CI sample that need neither
the service nor an installation, in the folder PROJECT, with gridlock from PATH, and
exits with the job's status.

GitHub: the named `run:` steps from Configure on; step outputs are passed on, and a step
is only run if those before it succeeded. GitLab: `script:` as one shell script.
"""
import os
import re
import subprocess
import sys

import yaml


def run(script, directory, environment):
    # -eo pipefail: what GitHub's `shell: bash` and GitLab's runner do
    return subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=directory, env=environment).returncode


def run_github(sample, directory):
    outputs, ran = {}, []
    for step in sample["jobs"]["check"]["steps"]:
        if "run" not in step or step["name"] not in ("Configure", "Check", "Gate"):
            continue
        script = re.sub(r"\$\{\{ steps\.(\w+)\.outputs\.(\w+) \}\}",
                        lambda m: outputs[m[1], m[2]], step["run"])
        assert "${{" not in script, script
        output = os.path.join(directory, ".github-output")
        open(output, "w").close()
        ran.append(step["name"])
        status = run(script, directory, dict(os.environ, GITHUB_OUTPUT=output))
        for line in open(output):
            key, value = line.rstrip("\n").split("=", 1)
            outputs[step["id"], key] = value
        if status:
            break
    print("ran:", ", ".join(ran), file=sys.stderr)
    return status


def run_gitlab(sample, directory):
    return run("\n".join(sample["gridlock"]["script"]), directory, dict(os.environ))


def main():
    sample = yaml.safe_load(open(sys.argv[1]))
    return run_github(sample, sys.argv[2]) if "jobs" in sample else run_gitlab(sample, sys.argv[2])


if __name__ == "__main__":
    sys.exit(main())
