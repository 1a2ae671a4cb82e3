import pytest

from hemostat.snapshots.cgroups import container_of, unit_of

ID = "3f" * 32
OTHER = "4e" * 32


@pytest.mark.parametrize(
    ("cgroup", "unit", "container"),
    [
        ("/system.slice/nginx.service", "nginx.service", None),
        (
            "/system.slice/system-postgresql.slice/postgresql@15-main.service",
            "postgresql@15-main.service",
            None,
        ),
        (r"/system.slice/my\x2dapp.service/child", "my-app.service", None),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/web.service", "web.service", None),
        ("/user.slice/user-1000.slice/session-2.scope", "session-2.scope", None),
        (f"/docker/{ID}", None, ID),
        (f"/system.slice/docker-{ID}.scope", f"docker-{ID}.scope", ID),
        (f"/machine.slice/libpod-{ID}.scope/container", f"libpod-{ID}.scope", ID),
        (f"/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope", f"cri-containerd-{ID}.scope", ID),
        (f"/docker/{ID}/docker/{OTHER}", None, OTHER),
        (f"/docker/{ID}/system.slice/nginx.service", "nginx.service", ID),
        (f"/x/{ID}ab", None, None),
        ("/lxc/web", None, None),
        ("/", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_what_a_control_group_says(cgroup: str | None, unit: str | None, container: str | None) -> None:
    assert (unit_of(cgroup), container_of(cgroup)) == (unit, container)
