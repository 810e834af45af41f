import Testing

@testable import TallySampler

/// The kernel's facts decide which devices count, not their names.
struct NetworkDevicesTests {
    /// A folder like `/sys/class/net`, of devices with these files. `device` is hardware, `master:br0` a link.
    private func leaving(_ devices: [String: [String]]) throws -> Set<String> {
        let tree = try FileTree()
        for (name, files) in devices {
            try tree.write("class/net/\(name)/address", "")
            for file in files {
                let words = file.split(separator: ":").map(String.init)
                if words.count == 2, words[0] == "master" {
                    try tree.link("class/net/\(name)/master", to: "../\(words[1])")
                } else if words.count == 2 {
                    try tree.write("class/net/\(name)/uevent", "DEVTYPE=\(words[1])\nINTERFACE=\(name)\n")
                } else {
                    try tree.write("class/net/\(name)/\(file)/x", "")
                }
            }
        }
        defer { withExtendedLifetime(tree) {} }
        return NetworkDevices(sys: tree.path).leavingHost(devices.keys.sorted())
    }

    @Test func aBondOfTwoCardsCountsOnce() throws {
        let devices = [
            "lo": [], "bond0": ["bonding", "lower_eth0", "lower_eth1"], "eth0": ["device", "master:bond0"],
            "eth1": ["device", "master:bond0"],
        ]
        #expect(try leaving(devices) == ["eth0", "eth1"])
    }

    @Test func aBridgeOverACardCountsOnce() throws {
        let devices = [
            "br0": ["bridge", "lower_eth0", "lower_veth1"], "eth0": ["device", "master:br0"], "veth1": ["master:br0"],
        ]
        #expect(try leaving(devices) == ["eth0"])
    }

    @Test func vlansAndTunnelsAreTrafficOfTheCard() throws {
        let devices = [
            "eth0": ["device"], "eth0.100": ["lower_eth0"], "flannel.1": ["type:vxlan"], "wg0": ["type:wireguard"],
            "tun0": ["tun_flags"], "docker0": ["bridge"], "vethab": ["master:docker0"],
        ]
        #expect(try leaving(devices) == ["eth0"])
    }

    /// The virtual function of a cloud machine's card serves the same address as the card.
    @Test func aFastPathIsCountedAtItsMaster() throws {
        #expect(try leaving(["eth0": ["device"], "enP1s1": ["device", "master:eth0"]]) == ["eth0"])
    }

    @Test func hardwareOfAnyNameCounts() throws {
        #expect(try leaving(["docker7": ["device"], "veth-wan": ["device"]]) == ["docker7", "veth-wan"])
    }

    /// A container has no hardware, but one end of a pair.
    @Test func aContainersInterfacesCount() throws {
        #expect(try leaving(["lo": [], "eth0": [], "eth1": []]) == ["eth0", "eth1"])
        let inner = [
            "lo": [], "eth0": [], "docker0": ["bridge"], "veth1": ["master:docker0"], "wg0": ["type:wireguard"],
        ]
        #expect(try leaving(inner) == ["eth0"])
        #expect(try leaving(["eth0": ["master:br0"], "br0": ["bridge", "lower_eth0"]]) == ["eth0"])
        #expect(try leaving(["eth0": ["type:macvlan"]]) == ["eth0"])
        #expect(try leaving(["lo": []]).isEmpty)
    }

    @Test(
        arguments: [
            "lo", "veth1a", "br-1a", "docker0", "cni0", "podman0", "virbr0", "bond0", "eth0.100", "flannel.1",
            "veth\u{301}1", "eth0.\u{301}1",
        ]
    )
    func namesAreTheLastResort(_ name: String) {
        #expect(NetworkDevices(sys: "/none").leavingHost([name, "eth0"]) == ["eth0"])
    }

    @Test(arguments: ["eth0", "enp1s0", "wlan0", "lo1", "ens5"])
    func otherNamesCount(_ name: String) {
        #expect(NetworkDevices(sys: "/none").leavingHost([name]) == [name])
    }

    // MARK: Disks

    @Test func wholeDisksCountAndWhatIsMadeOfThemDoesNot() throws {
        func line(_ name: String, _ read: Int, _ written: Int) -> String {
            "   8       0 \(name) 1 0 \(read) 0 1 0 \(written) 0 0 0 0 0 0 0 0 0 0\n"
        }
        let names = ["sda", "sda1", "dm-0", "md0", "loop0", "zram0", "nvme0n1", "nvme0n1p1"]
        let text = [UInt8](text: names.map { line($0, 2, 4) }.joined())
        let tree = try FileTree()
        for name in names where !name.hasSuffix("1") || name == "nvme0n1" { try tree.write("block/\(name)/size", "") }
        for name in ["sda", "nvme0n1"] { try tree.write("block/\(name)/device/x", "") }
        for sys in [tree.path, "/none"] {
            let disks = Disks.traffic(text: text, sys: sys)
            #expect(disks == ["sda", "nvme0n1"].map { Traffic(name: $0, incoming: 1024, outgoing: 2048) }, "\(sys)")
        }
        #expect(Disks.traffic(text: .init(text: line("sda", .max, 1)), sys: "/none").first?.incoming == nil)
        try tree.write("block/cciss!\u{301}c0d0/device/x", "")
        let controller = Disks.traffic(text: .init(text: line("cciss/\u{301}c0d0", 2, 4)), sys: tree.path)
        #expect(controller.map(\.incoming) == [1024], "the slash is one even if a mark follows")
    }

    @Test func blockDevicesAreNamedByTheirNumbers() throws {
        let tree = try FileTree()
        try tree.link("dev/block/8:0", to: "../../devices/pci/block/sda")
        let devices = BlockDevices(sys: tree.path)
        #expect(devices.path(of: "8:0") == "/dev/sda")
        try tree.remove("dev/block/8:0")
        #expect(devices.path(of: "8:0") == "/dev/sda", "looked up once")
        #expect(devices.path(of: "8:1") == "8:1")
    }

    @Test func theMountThatHoldsAPathIsTheLongest() {
        let text = [UInt8](
            text: """
                /dev/a / ext4 rw 0 0
                /dev/b /srv xfs rw 0 0
                /dev/c /srv/a\\040b ext4 rw 0 0
                tmpfs /srv tmpfs rw 0 0
                /dev/d /srv/e\u{301} ext4 rw 0 0
                short
                """
        )
        func mount(_ path: String) -> String? { Mount.holding(path, text: text).map { "\($0.device) \($0.path)" } }
        #expect(mount("/") == "/dev/a /")
        #expect(mount("/srvx") == "/dev/a /")
        #expect(mount("/srv/x") == "tmpfs /srv", "the later of two")
        #expect(mount("/srv/a b/c") == "/dev/c /srv/a b")
        #expect(mount("/srv/e\u{301}/\u{301}") == "/dev/d /srv/e\u{301}")
        #expect(mount("/srv/\u{E9}/x") == "tmpfs /srv", "equivalent text is another path")
        #expect(Mount.holding("/", text: []) == nil)
    }
}
