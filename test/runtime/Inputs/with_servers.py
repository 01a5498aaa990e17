"""with_servers.py SERVERS.py PREFIX KIND... -- COMMAND: runs the command while the servers
are up, with HTTP_URL and POSTGRES_URL set. Each answers after 120 ms."""
import os
import subprocess
import sys
import time

split = sys.argv.index("--")
script, prefix, *kinds = sys.argv[1:split]
environment, servers = dict(os.environ), []
for kind in kinds:
    port_file = f"{prefix}.{kind}"
    if os.path.exists(port_file):
        os.remove(port_file)
    servers.append(subprocess.Popen([sys.executable, script, kind, "120", port_file], stdin=subprocess.PIPE))
    for _ in range(200):
        if os.path.exists(port_file):
            break
        time.sleep(0.05)
    with open(port_file) as file:
        port = file.read()
    environment[f"{kind.upper()}_URL"] = {
        "http": f"http://127.0.0.1:{port}/",
        "postgres": f"host=127.0.0.1 port={port} user=u dbname=d sslmode=disable gssencmode=disable",
    }[kind]
done = subprocess.run(sys.argv[split + 1:], env=environment, timeout=60)
for server in servers:
    server.stdin.close()
    server.wait()
sys.exit(done.returncode)
