"""OpenStack Swift with s3api, whole, in one process on the loopback interface.

Proxy, account, container and object server are Swift's own, each on a free port; objects are kept in memory, by the
in-memory object server that Swift ships, so that no file system with extended attributes is needed.

usage: swift-server.py DIRECTORY ACCESS_KEY:SECRET...    (an access key is account:user)

Writes the URL of the proxy, and serves until it is killed.
"""

import os
import sys

from swift.common import utils

utils.monkey_patch()  # before the other modules of Swift are loaded, as swift.common.wsgi does

from swift.common import storage_policy  # noqa: E402
from swift.common.concurrency import listen, sleep, spawn, wsgi  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.utils.logs import NullLogger  # noqa: E402
from swift.common.wsgi import ConfigString, SwiftHttpProtocol, loadapp  # noqa: E402

ADDRESS = '127.0.0.1'
KINDS = ['account', 'container', 'object']

BACKEND = """
[DEFAULT]
devices = {directory}
mount_check = false
[app:main]
use = egg:swift#{app}
fallocate_reserve = 0
"""

PROXY = """
[DEFAULT]
swift_dir = {directory}
[pipeline:main]
pipeline = catch_errors s3api tempauth slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
{users}
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""


def main(directory, *keys):
    with open(os.path.join(directory, 'swift.conf'), 'w') as conf:
        conf.write('[swift-hash]\nswift_hash_path_suffix = test\n')
    utils.set_swift_dir(directory)
    storage_policy.reload_storage_policies()

    servers = []
    for kind in KINDS:
        sock = listen((ADDRESS, 0))
        write_ring(directory, kind, sock.getsockname()[1])
        app = 'mem_object' if kind == 'object' else kind
        servers.append((sock, BACKEND.format(directory=directory, app=app)))
    users = '\n'.join('user_%s = %s .admin' % tuple(tempauth(key)) for key in keys)
    proxy = listen((ADDRESS, 0))
    servers.append((proxy, PROXY.format(directory=directory, users=users)))

    for sock, conf in servers:
        spawn(serve, sock, loadapp(ConfigString(conf)))
    print('listening on http://%s:%d' % proxy.getsockname(), flush=True)
    while True:
        sleep(3600)


def tempauth(key):
    """`account:user:secret` as the name and the value of an option."""
    account, user, secret = key.split(':', 2)
    return '%s_%s' % (account, user), secret


def write_ring(directory, kind, port):
    """One replica of two partitions, all on one device."""
    os.makedirs(os.path.join(directory, 'device'), exist_ok=True)
    builder = RingBuilder(1, 1, 0)
    builder.add_dev({'id': 0, 'region': 1, 'zone': 1, 'ip': ADDRESS, 'port': port, 'device': 'device', 'weight': 1})
    builder.rebalance()
    builder.get_ring().save(os.path.join(directory, kind + '.ring.gz'))


def serve(sock, app):
    # As swift.common.wsgi.run_server does. SDKs want `ETag`, not `Etag`.
    wsgi.server(sock, app, NullLogger(), protocol=SwiftHttpProtocol, capitalize_response_headers=False)


if __name__ == '__main__':
    main(*sys.argv[1:])
