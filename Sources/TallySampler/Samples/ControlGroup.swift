internal import Tally

/// A control group of the kernel, which systemd and container engines use to limit and account for processes.
public struct ControlGroup: Hashable, Sendable {
    /// The path relative to the mount point, such as `system.slice/cron.service`.
    public let path: String

    package init(path: String) {
        self.path = path
    }

    /// Compares the bytes, as the kernel does: paths that are only canonically equivalent are different groups.
    public static func == (one: Self, other: Self) -> Bool { ByteName(one.path) == ByteName(other.path) }

    /// Hashes the bytes of the path.
    public func hash(into hasher: inout Hasher) { hasher.combine(ByteName(path)) }

    /// The id of the group's container, 64 hexadecimal digits; nil if the group is not a container's.
    ///
    /// Recognises the names that Docker, Podman, containerd and CRI-O use: `docker-<id>.scope`, `libpod-<id>`,
    /// `<slice>:cri-containerd:<id>`, or the id alone. The groups of container monitors (`libpod-conmon-<id>.scope`)
    /// are not containers.
    public var containerID: String? {
        var name = path.utf8[...]
        if let slash = name.lastIndex(of: UInt8(ascii: "/")) { name = name[name.index(after: slash)...] }
        if name.suffix(".scope".utf8.count).elementsEqual(".scope".utf8) { name = name.dropLast(".scope".utf8.count) }
        let id = name.suffix(64)
        let prefix = name.dropLast(64)
        let digits = id.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
        }
        guard id.count == 64, digits, prefix.isEmpty || "-:".utf8.contains(prefix.last ?? 0),
            !Substring(prefix).contains("conmon")
        else {
            return nil
        }
        return String(Substring(id))
    }

    /// True for a system service under systemd: `system.slice/…/cron.service`.
    public var isSystemService: Bool {
        let end = path.utf8.suffix(".service".utf8.count)
        return path.utf8.starts(with: "system.slice/".utf8) && end.elementsEqual(".service".utf8)
    }
}
