"""A stand-in for systemd-logind on a private bus. The real one needs systemd as the first process."""

import os
import subprocess
import time

import dbus

from demo_parts.slapd import die_with_parent

NAME, ROOT = "org.freedesktop.login1", "/org/freedesktop/login1"
MANAGER, SESSION = f"{NAME}.Manager", f"{NAME}.Session"
MOCK = "org.freedesktop.DBus.Mock"

BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
"""

# As the real one: the session around a process, or an error with this name.
SESSION_BY_PID = f"""\
for path, one in objects.items():
    if args[0] in one.props.get('{SESSION}', {{}}).get('Inside', []):
        ret = dbus.ObjectPath(path)
        break
else:
    raise dbus.exceptions.DBusException('PID does not belong to any session',
                                        name='{NAME}.NoSessionForPID')
"""

# As the real one: the processes of the session are killed.
TERMINATE = f"import os, signal; os.kill(self.props['{SESSION}']['Leader'], signal.SIGTERM)"
REFUSE = """\
raise dbus.exceptions.DBusException('Access denied',
                                    name='org.freedesktop.DBus.Error.AccessDenied')
"""


class LoginManager:
    """`folder`: where its socket is made."""

    def __init__(self, folder):
        self.socket = folder / "bus"
        self.environment = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.socket}"}
        configuration = folder / "bus.conf"
        configuration.write_text(BUS.format(socket=self.socket), encoding="utf-8")
        self.processes = []
        self._start(["dbus-daemon", "--nofork", f"--config-file={configuration}"])
        self._wait_until(self.socket.exists)
        self._start(["/usr/bin/python3", "-m", "dbusmock", "--system", NAME, ROOT, MANAGER])
        self.bus = dbus.bus.BusConnection(f"unix:path={self.socket}")
        self._wait_until(lambda: self.bus.name_has_owner(NAME))
        self.manager = self.bus.get_object(NAME, ROOT)
        self.manager.AddMethod(MANAGER, "GetSessionByPID", "u", "o", SESSION_BY_PID,
                               dbus_interface=MOCK)

    def add_session(self, name, leader, opened, inside=(), refuses=False):
        """`opened`: seconds since 1970. `inside`: more processes that are in it."""
        path = f"{ROOT}/session/{name}"
        self.manager.AddObject(
            path, SESSION,
            {"Leader": dbus.UInt32(leader), "Timestamp": dbus.UInt64(opened * 1_000_000),
             "Inside": dbus.Array([leader, *inside], signature="u")},
            [("Terminate", "", "", REFUSE if refuses else TERMINATE)], dbus_interface=MOCK)
        return self.bus.get_object(NAME, path)

    def was_asked_for(self, process):
        calls = self.manager.GetMethodCalls("GetSessionByPID", dbus_interface=MOCK)
        return any(arguments[0] == process for _, arguments in calls)

    @staticmethod
    def terminations(session):
        return len(session.GetMethodCalls("Terminate", dbus_interface=MOCK))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()

    def _start(self, command):
        self.processes.append(subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            env={**os.environ, **self.environment}, preexec_fn=die_with_parent))

    @staticmethod
    def _wait_until(holds, patience=10):
        end = time.monotonic() + patience
        while not holds():
            if time.monotonic() > end:
                raise AssertionError("the stand-in for logind does not start")
            time.sleep(0.02)
