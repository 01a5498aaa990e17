#!/usr/bin/python3
"""real_servers.py GRIDLOCK [--findings]: asks each packaged server the same questions
bare and watched. Prints one line for each; exit status 1 if an answer, an exit status or
the report is not as it must be. --findings: also what the report found."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench/monitor"))
import servers
from servers import need, told

gridlock = sys.argv[1]


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def redis(server):
    commands = [f"SET key:{i} value:{i * 7}" for i in range(200)] + [f"GET key:{i}" for i in range(250)]
    commands += [f"ZADD board {i * 37 % 101} player{i}" for i in range(100)] + ["ZRANGE board 0 -1 WITHSCORES"]
    commands += [f"LPUSH list {i}" for i in range(50)] + ["LRANGE list 0 -1", "SORT list LIMIT 5 5", "LLEN key:1"]
    commands += ["MULTI", "INCR n", "INCRBY n 41", "EXEC", "APPEND key:1 more", "STRLEN key:1", "NOSUCH", "DBSIZE"]
    commands += ["EVAL return{redis.call('GET','key:3'),2,3} 0", "EXPIRE key:2 1000", "PERSIST key:2",
                 "BLPOP nothing 0.2", "SAVE", "FLUSHALL", "DBSIZE"]
    with connect(server.port) as link:
        stream = link.makefile("rwb")
        for command in commands:
            words = command.split()
            stream.write(f"*{len(words)}\r\n".encode() + b"".join(f"${len(w)}\r\n{w}\r\n".encode() for w in words))
        stream.flush()

        def answer():
            line = stream.readline().decode().rstrip()
            if line[0] == "$" and line != "$-1":
                return stream.read(int(line[1:]) + 2).decode()
            if line[0] == "*" and line != "*-1":
                return str([answer() for _ in range(int(line[1:]))])
            return line
        return [answer() for _ in commands]


def memcached(server):
    answers = []
    with connect(server.port) as link:
        stream = link.makefile("rwb")

        def ask(text, last):
            stream.write(text.encode() + b"\r\n")
            stream.flush()
            lines = []
            while not lines or not lines[-1].startswith(last):
                lines.append(stream.readline().decode().rstrip())
            answers.append("\n".join(lines))
        done = ("STORED", "NOT_STORED", "EXISTS", "NOT_FOUND", "DELETED", "CLIENT_ERROR", "TOUCHED", "OK")
        digits = tuple("0123456789")
        for i in range(200):
            value = f"{i}" * (i + 1)
            ask(f"set key{i} {i} 0 {len(value)}\r\n{value}", done)
        big = "x" * 500000
        ask(f"set big 0 0 {len(big)}\r\n{big}", done)
        for key in [*(f"key{i}" for i in range(220)), "big"]:
            ask(f"get {key}", "END")
        for text in ("add key1 0 0 1\r\nx", "replace none 0 0 1\r\nx", "append key5 0 0 3\r\nend", "prepend key5 0 0 2\r\nst",
                     "delete key7", "delete key7", "touch key8 100", "set n 0 0 1\r\n5"):
            ask(text, done)
        for text in ("incr n 10", "decr n 3"):
            ask(text, digits)
        ask("get n key5 key7 key8", "END")
        ask("flush_all", done)
        ask("get n key5", "END")
    return answers


def nginx(server):
    answers = []
    with connect(server.port) as link:
        stream = link.makefile("rwb")
        requests = ["GET /index.html", "HEAD /index.html", "GET /none", "GET /../etc/passwd", "GET /"] * 30
        for number, request in enumerate(requests):
            some = f"Range: bytes={number}-{number + 9}\r\n" if number % 2 else ""
            stream.write(f"{request} HTTP/1.1\r\nHost: here\r\n{some}\r\n".encode())
            stream.flush()
            lines = []
            while not lines or lines[-1]:
                lines.append(stream.readline().decode().rstrip())
            size = sum(int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length"))
            body = "" if request.startswith("HEAD") else stream.read(size).decode()
            if "connection: close" in map(str.lower, lines):
                link = connect(server.port)
                stream = link.makefile("rwb")
            answers.append("\n".join(line for line in lines if not line.startswith(("Date", "Last-Modified", "ETag"))) + body)
    return answers


def postgres(server):
    (client,) = need("psql")
    script = """
create table t (id int primary key, name text, amount numeric);
insert into t select i, md5(i::text), i * 1.5 from generate_series(1, 20000) i;
create index on t (name);
select count(*), sum(amount), min(name), max(name) from t;
select a.id, b.name from t a join t b on b.id = a.id * 2 where a.id between 100 and 250 order by a.id;
begin; update t set amount = 0 where id % 3 = 0; savepoint s; delete from t; rollback to s; commit;
select sum(amount) from t;
select 1 / 0;
insert into t values (1, 'again', 0);
with recursive f(a, b) as (select 0::numeric, 1::numeric union all select b, a + b from f where a < 1e60) select a from f;
select pg_sleep(0.15);
do $$ begin for i in 1 .. 1000 loop perform pg_advisory_lock(i); perform pg_advisory_unlock(i); end loop; end $$;
copy (select * from t order by id limit 200) to stdout;
vacuum t; drop table t;
"""
    done = subprocess.run([client, "-h", "127.0.0.1", "-p", str(server.port), "-U", "bench", "-At", "postgres"], input=script,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, cwd="/")
    return done.stdout.splitlines()


def mosquitto(server):
    sub, pub = need("mosquitto_sub", "mosquitto_pub")
    base = ["-h", "127.0.0.1", "-p", str(server.port), "-q", "1"]
    received = []
    for topic in ("a/b", "a/c"):
        told([pub, *base, "-t", topic, "-r", "-m", f"kept {topic}"])
    with subprocess.Popen([sub, *base, "-t", "a/#", "-v", "-C", "302", "-W", "60"], stdout=subprocess.PIPE, text=True) as reader:
        received += [reader.stdout.readline() for _ in range(2)]  # it is subscribed
        subprocess.run([pub, *base, "-t", "a/d", "-l"], input="".join(f"line {i}\n" for i in range(300)), text=True, check=True,
                       timeout=60)
        received += reader.stdout.readlines()
    return sorted(received[:2]) + received[2:]


class Mosquitto(servers.Server):
    def prepare(self):
        (self.folder / "conf").write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\n")

    def command(self):
        (server,) = need("mosquitto")
        return [server, "-c", self.folder / "conf"]


kinds = {"redis": (servers.Redis, redis), "memcached": (servers.Memcached, memcached), "nginx": (servers.Nginx, nginx),
         "postgres": (servers.Postgres, postgres), "mosquitto": (Mosquitto, mosquitto)}


def once(kind, ask, prefix):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # where other accounts may go as well
        os.chmod(folder, 0o755)
        server = kind(folder, prefix)
        try:
            answers = ask(server)
        finally:
            server.stop()
        return answers, server.process.returncode


def try_it(name, kind, ask, records):
    os.chmod(records, 0o777)
    if kind.user and os.geteuid() == 0 and subprocess.run([*need("runuser"), "-u", kind.user, "--", "test", "-x", gridlock]).returncode:
        raise servers.Missing(f"right of account {kind.user} to run {gridlock}")
    bare, watched = (once(kind, ask, prefix) for prefix in ([], [gridlock, "run", "--output", records, "--"]))
    if bare != watched:
        first = next(((a, b) for a, b in zip(bare[0], watched[0]) if a != b), (len(bare[0]), len(watched[0])))
        sys.exit(f"{name}: not the same: {first}; status {bare[1]} and {watched[1]}")
    report = json.loads(told([gridlock, "report", records, "--format", "json"]))
    accused = [f for f in report["findings"] if f["rule"] in ("gridlock-deadlock", "gridlock-lock-order")]
    if accused:
        sys.exit(f"{name}: {accused}")
    print(f"{name}: {len(bare[0])} answers equal, {len(report['loops'])} loops", flush=True)
    if "--findings" in sys.argv:
        print(told([gridlock, "report", records]))


for name, (kind, ask) in kinds.items():
    try:
        with tempfile.TemporaryDirectory(dir="/tmp") as records:
            try_it(name, kind, ask, records)
    except servers.Missing as missing:
        print(f"{name}: missing: {missing}", flush=True)
