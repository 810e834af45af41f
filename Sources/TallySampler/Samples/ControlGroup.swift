/// A control group of the kernel, which systemd and container engines use to limit and account for processes.
public struct ControlGroup: Hashable, Sendable {
    /// The path relative to the mount point, such as `system.slice/cron.service`.
    public let path: String

    package init(path: String) {
        self.path = path
    }

    /// The id of the group's container, 64 hexadecimal digits; nil if the group is not a container's.
    ///
    /// Recognises the names that Docker, Podman, containerd and CRI-O use: `docker-<id>.scope`, `libpod-<id>`,
    /// `<slice>:cri-containerd:<id>`, or the id alone. The groups of container monitors (`libpod-conmon-<id>.scope`)
    /// are not containers.
    public var containerID: String? {
        var name = Substring(path)
        if let slash = name.lastIndex(of: "/") { name = name[name.index(after: slash)...] }
        if name.hasSuffix(".scope") { name = name.dropLast(".scope".count) }
        let id = name.suffix(64)
        let prefix = name.dropLast(64)
        let digits = id.utf8.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
        }
        guard id.utf8.count == 64, digits, prefix.isEmpty || prefix.hasSuffix("-") || prefix.hasSuffix(":"),
            !prefix.contains("conmon")
        else {
            return nil
        }
        return String(id)
    }

    /// True for a system service under systemd: `system.slice/…/cron.service`.
    public var isSystemService: Bool {
        path.hasPrefix("system.slice/") && path.hasSuffix(".service")
    }
}
