"""Packaged servers under load, bare and watched in turns: what run.py's rows on servers
print. Each server listens on a port of its own in a folder of its own."""
import csv
import io
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time


class Missing(Exception):
    """What is not installed."""


def need(*programs):
    found = []
    for program in programs:
        places = [f"/usr/sbin/{program}", *map(str, pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))]
        path = shutil.which(program) or next(filter(os.path.exists, places), None)
        if not path:
            raise Missing(program)
        found.append(path)
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def told(command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Server:
    """One instance. Watched: the prefix that watches it, or nothing."""
    user = None  # the account it must run as if this one is root

    def __init__(self, folder, watched):
        self.folder, self.port = pathlib.Path(folder), free_port()
        self.prefix = watched
        self.prepare()
        command = list(map(str, [*self.as_user(), *watched, *self.command()]))
        self.log = open(self.folder / "log", "w")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, cwd=self.folder,
                                        start_new_session=True)
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"{command} does not listen: {(self.folder / 'log').read_text()}")

    def prepare(self):
        pass

    def as_user(self):
        return [*need("runuser"), "-u", self.user, "--"] if self.user and os.geteuid() == 0 else []

    def stop(self):
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()

    def cpu(self):
        """CPU seconds so far of the process and all below it, those that ended included."""
        parent, used = {}, {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parent[int(stat.parent.name)] = int(fields[1])
            used[int(stat.parent.name)] = sum(map(int, fields[11:15]))

        def below(pid):
            while pid and pid != self.process.pid:
                pid = parent.get(pid)
            return bool(pid)
        return sum(ticks for pid, ticks in used.items() if below(pid)) / os.sysconf("SC_CLK_TCK")

    def load(self, seconds):
        """Requests a second, latencies (p50, p99) in us, requests."""
        raise NotImplementedError


class Redis(Server):
    name = "redis, redis-benchmark"

    def command(self):
        (server,) = need("redis-server")
        return [server, "--port", self.port, "--save", "", "--dir", self.folder]

    def load(self, seconds):
        (client,) = need("redis-benchmark")
        out = told([client, "-p", self.port, "-t", "get", "-n", int(60000 * seconds), "--csv"])
        row = next(csv.DictReader(io.StringIO(out)))
        return (float(row["rps"]), float(row["p50_latency_ms"]) * 1000, float(row["p99_latency_ms"]) * 1000,
                int(60000 * seconds))


class Memcached(Server):
    name = "memcached, own client"
    client = None

    def command(self):
        (server,) = need("memcached")
        return [server, "-p", self.port, "-l", "127.0.0.1", "-u", "nobody", "-t", 2]

    def load(self, seconds):
        rate, p50, p99 = map(float, told([self.client, self.port, seconds]).split())
        return rate, p50, p99, rate * seconds


class Nginx(Server):
    name = "nginx, wrk"

    def prepare(self):
        (self.folder / "index.html").write_text("x" * 1000)
        (self.folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
{"user root;" if os.geteuid() == 0 else ""}
events {{ worker_connections 1000; }}
http {{ access_log off; keepalive_requests 1000000;
  client_body_temp_path {self.folder}; proxy_temp_path {self.folder}; fastcgi_temp_path {self.folder};
  uwsgi_temp_path {self.folder}; scgi_temp_path {self.folder};
  server {{ listen 127.0.0.1:{self.port}; root {self.folder}; }} }}
""")

    def command(self):
        (server,) = need("nginx")
        return [server, "-c", self.folder / "nginx.conf"]

    def load(self, seconds):
        (client,) = need("wrk")
        out = told([client, "-t", 1, "-c", 32, "-d", f"{max(1, round(seconds))}s", "--latency",
                    f"http://127.0.0.1:{self.port}/index.html"])
        if "Non-2xx" in out:
            raise RuntimeError(out)

        def time_at(share):
            value, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", out).groups()
            return float(value) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]
        return (float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), time_at(50), time_at(99),
                int(re.search(r"(\d+) requests in", out).group(1)))


class Postgres(Server):
    name = "postgres, pgbench"
    user = "postgres"

    def prepare(self):
        (initdb,) = need("initdb")
        shutil.chown(self.folder, self.user) if os.geteuid() == 0 else None
        told([*self.as_user(), initdb, "-D", self.folder / "data", "-A", "trust", "-U", "bench", "--no-sync"])

    def command(self):
        (server,) = need("postgres")
        return [server, "-D", self.folder / "data", "-p", self.port, "-k", self.folder, "-h", "127.0.0.1",
                "-c", "fsync=off", "-c", "autovacuum=off"]

    def load(self, seconds):
        (client,) = need("pgbench")
        base = [client, "-h", "127.0.0.1", "-p", self.port, "-U", "bench"]
        if not getattr(self, "filled", False):
            told([*base, "-i", "-q", "-s", 2, "postgres"], cwd=self.folder)
            self.filled = True
        out = told([*base, "-S", "-c", 8, "-j", 1, "-T", max(1, round(seconds)), "-l", "postgres"], cwd=self.folder)
        times = []
        for file in self.folder.glob("pgbench_log.*"):
            times += [float(line.split()[2]) for line in file.read_text().splitlines()]
            file.unlink()
        times.sort()
        return (float(re.search(r"tps = ([\d.]+)", out).group(1)), times[len(times) // 2],
                times[len(times) * 99 // 100], len(times))


def compare(kind, gridlock, seconds, rounds):
    """Medians over the turns: throughput watched / bare, CPU of the server for each request
    likewise, and latencies (p50, p99) of both in us."""
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        servers = []
        try:
            for way in ("bare", "watched"):
                folder = pathlib.Path(top) / way
                folder.mkdir()
                records = pathlib.Path(top) / f"records-{way}"
                records.mkdir()
                os.chmod(records, 0o777)
                prefix = [] if way == "bare" else [gridlock, "run", "--output", records, "--"]
                servers.append(kind(folder, prefix))
            for server in servers:
                server.load(1)
            turns = []
            for turn in range(rounds):
                results = {}
                for server in servers if turn % 2 == 0 else reversed(servers):
                    before = server.cpu()
                    rate, p50, p99, requests = server.load(seconds)
                    results[server] = rate, p50, p99, (server.cpu() - before) / requests
                turns.append([results[server] for server in servers])
        finally:
            for server in servers:
                server.stop()

    def median(value):
        return statistics.median(map(value, turns))
    return {
        "throughput": median(lambda t: t[1][0] / t[0][0]),
        "cpu": median(lambda t: t[1][3] / t[0][3]),
        "bare": (median(lambda t: t[0][0]), median(lambda t: t[0][1]), median(lambda t: t[0][2])),
        "watched": (median(lambda t: t[1][0]), median(lambda t: t[1][1]), median(lambda t: t[1][2])),
    }


kinds = {"redis": Redis, "nginx": Nginx, "postgres": Postgres, "memcached": Memcached}
