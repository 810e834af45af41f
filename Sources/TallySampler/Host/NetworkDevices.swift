internal import Tally

/// The network devices whose traffic leaves the host, each byte once.
///
/// A bridge, a bond, a VLAN or a tunnel carries bytes that also pass through the device below it. The kernel knows
/// which is which: https://www.kernel.org/doc/Documentation/ABI/testing/sysfs-class-net
struct NetworkDevices {
    private let folder: String

    init(sys: String) {
        folder = "\(sys)/class/net"
    }

    func leavingHost(_ names: [String]) -> Set<String> {
        let names = names.filter { $0 != "lo" }
        guard names.contains(where: { System.exists("\(folder)/\($0)") }) else {
            return Set(names.filter(Self.looksReal))
        }
        let hardware = Set(names.filter { System.exists("\(folder)/\($0)/device") })
        if !hardware.isEmpty {
            // A virtual function that serves as another device's fast path is counted there.
            return hardware.filter { master(of: $0).map { !hardware.contains($0) } ?? true }
        }
        // A container has no hardware, but the inner end of a pair.
        let own = names.filter { !isMadeOfOthers($0) }
        let free = own.filter { master(of: $0) == nil }
        return Set(free.isEmpty ? own : free)
    }

    private func master(of name: String) -> String? {
        System.destination(ofLink: "\(folder)/\(name)/master")?.split(separator: UInt8(ascii: "/")).last?.text
    }

    private func isMadeOfOthers(_ name: String) -> Bool {
        let path = "\(folder)/\(name)"
        if ["bridge", "bonding", "tun_flags"].contains(where: { System.exists("\(path)/\($0)") }) { return true }
        let lower = (System.entries(of: path) ?? []).contains { $0.name.utf8.starts(with: "lower_".utf8) }
        // Tunnels have no lower device, but a type: https://docs.kernel.org/networking/ip-sysctl.html
        let type = (try? KernelFile.read("\(path)/uevent"))?.lines.first { $0.begins(with: "DEVTYPE=") }
        let isTunnel = type.map { Self.tunnels.contains($0.dropFirst("DEVTYPE=".utf8.count).text) } ?? false
        return lower || isTunnel
    }

    private static let tunnels: Set<String> = ["vxlan", "geneve", "wireguard", "gre", "ppp", "ifb", "dummy"]

    /// The last resort, without the kernel's facts.
    static func looksReal(_ name: String) -> Bool {
        let virtual = [
            "veth", "br-", "br0", "docker", "cni", "podman", "virbr", "bond", "team", "flannel", "cali", "vxlan",
            "geneve", "wg", "tun", "tap", "ifb", "dummy", "kube-", "nodelocaldns",
        ]
        guard name != "lo", !name.utf8.contains(UInt8(ascii: ".")) else { return false }
        return !virtual.contains { name.utf8.starts(with: $0.utf8) }
    }
}
