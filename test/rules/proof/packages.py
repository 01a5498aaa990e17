# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Debian packages unpacked below the build folder; nothing is installed."""
import os
import shutil
import subprocess
import threading


class Unavailable(Exception):
    """A package that could not be fetched: offline, or not in this Debian."""


class Store:
    def __init__(self, directory):
        self.directory = os.path.abspath(directory)
        self.lock = threading.Lock()

    def root(self, package):
        """Where the package is unpacked, or None if it is installed already."""
        if self._installed(package):
            return None
        target = os.path.join(self.directory, "packages", package)
        with self.lock:
            if not os.path.isdir(target):
                self._fetch(package, target)
        return target

    @staticmethod
    def _installed(package):
        query = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package],
                               capture_output=True, text=True, check=False)
        return query.returncode == 0 and query.stdout == "installed"

    def _fetch(self, package, target):
        download = os.path.join(self.directory, "download", package)
        shutil.rmtree(download, ignore_errors=True)
        os.makedirs(download)
        fetch = subprocess.run(["apt-get", "-q", "download", package], cwd=download,
                               capture_output=True, text=True, check=False)
        files = [name for name in os.listdir(download) if name.endswith(".deb")]
        if fetch.returncode != 0 or not files:
            reason = (fetch.stderr or fetch.stdout).strip().splitlines()
            raise Unavailable(f"{package}: {reason[-1] if reason else 'not fetched'}")
        partial = target + ".partial"
        shutil.rmtree(partial, ignore_errors=True)
        os.makedirs(partial)
        subprocess.run(["dpkg", "-x", os.path.join(download, files[0]), partial], check=True)
        os.rename(partial, target)
        shutil.rmtree(download)


def include_flags(roots, cflags):
    """Compiler flags that find the packages' headers; `-I/usr/...` in a proof's cflags
    names a folder inside the packages."""
    flags = []
    for flag in cflags:
        if flag.startswith("-I/usr/"):
            flags += [f"-isystem{root}{flag[2:]}" for root in roots
                      if os.path.isdir(root + flag[2:])]
        flags.append(flag)
    for root in roots:
        for folder in ("usr/include", "usr/include/x86_64-linux-gnu"):
            if os.path.isdir(os.path.join(root, folder)):
                flags.append("-isystem" + os.path.join(root, folder))
    return flags
