import Testing

@testable import TallySampler

struct ControlGroupTests {
    private static let id = String(repeating: "0123456789abcdef", count: 4)

    @Test(arguments: [
        "system.slice/docker-\(id).scope", "docker/\(id)", "x\u{600}/\(id)", "machine.slice/libpod-\(id).scope",
        "libpod_parent/libpod-\(id)",
        "kubepods.slice/kubepods-pod1.slice/cri-containerd-\(id).scope", "\(id)",
        "user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope",
        "system.slice/containerd.service/kubepods-besteffort-pod1.slice:cri-containerd:\(id)",
    ])
    func containerIDsAreFoundInPaths(_ path: String) {
        #expect(ControlGroup(path: path).containerID == Self.id)
    }

    @Test(arguments: [
        "", "system.slice/cron.service", "machine.slice/libpod-conmon-\(id).scope", "docker/\(id.dropLast())",
        "docker/\(id)0", "docker/\(id.uppercased())", "docker/x\(id)", "docker/\(id)/init.scope",
        "docker/é\(id.dropLast(2))",
    ])
    func otherPathsHaveNoContainerID(_ path: String) {
        #expect(ControlGroup(path: path).containerID == nil)
    }

    @Test func onlyServicesOfTheSystemSliceAreSystemServices() {
        #expect(ControlGroup(path: "system.slice/cron.service").isSystemService)
        #expect(ControlGroup(path: "system.slice/system-getty.slice/getty@tty1.service").isSystemService)
        #expect(ControlGroup(path: "system.slice/\u{301}.service").isSystemService)
        #expect(ControlGroup(path: "é") != ControlGroup(path: "e\u{301}"))
        #expect(!ControlGroup(path: "user.slice/user-0.slice/user@0.service").isSystemService)
        #expect(!ControlGroup(path: "system.slice/dev-hugepages.mount").isSystemService)
    }
}

struct ControlGroupMountsTests {
    private func mounts(_ text: String) -> ControlGroupMounts { ControlGroupMounts(text: .init(text: text)) }

    @Test func cgroupV2HasOneRoot() {
        let mounts = mounts("proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nsdelegate 0 0\n")
        #expect(mounts.roots == ["/sys/fs/cgroup"])
        for controller in ControlGroupMounts.Controller.allCases {
            #expect(mounts.place(of: controller)?.isV2 == true)
        }
    }

    @Test func cgroupV1HasOneRootPerController() {
        let mounts = mounts(
            """
            tmpfs /sys/fs/cgroup tmpfs rw,mode=755 0 0
            cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
            cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
            cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0
            cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0

            """
        )
        #expect(mounts.place(of: .cpu)?.root == "/sys/fs/cgroup/cpu,cpuacct")
        #expect(mounts.place(of: .memory)?.root == "/sys/fs/cgroup/memory")
        #expect(mounts.place(of: .memory)?.isV2 == false)
        // A controller missing in v1 may be in v2.
        #expect(mounts.place(of: .processes)?.root == "/sys/fs/cgroup/unified")
        #expect(mounts.roots == ["/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/memory"])
    }

    @Test(arguments: [
        (#"/a\040b"#, "/a b"), (#"/a\011b"#, "/a\tb"), (#"/a\134b"#, #"/a\b"#), (#"/a\b"#, #"/a\b"#),
        (#"/a\04"#, #"/a\04"#),
        (#"/a\999"#, #"/a\999"#), (#"\777"#, #"\777"#), (#"\"#, #"\"#),
    ])
    func octalEscapesInPathsAreDecoded(_ path: String, text: String) {
        #expect(MountText.unescaped(path.utf8) == text)
    }

    @Test func textWithoutMountsHasNoRoots() {
        #expect(mounts("").roots == [])
        #expect(mounts("cgroup2\ncgroup x y\n").roots == [])
    }
}

struct ControlGroupTextTests {
    @Test func cgroupV2BytesAreReadByDevice() {
        let text = "8:0 rbytes=100 wbytes=20 rios=1 wios=2 dbytes=7 dios=0\n253:0 wbytes=3\n7:0 \n"
        let disks = [Traffic](ioStat: .init(text: text)) { "device \($0)" }
        #expect(
            disks == [
                Traffic(name: "device 8:0", incoming: 100, outgoing: 20),
                Traffic(name: "device 253:0", incoming: nil, outgoing: 3),
            ]
        )
    }

    @Test func cgroupV1BytesAreReadByDevice() {
        let text = "8:0 Read 100\n8:0 Write 20\n8:0 Sync 5\n8:0 Total 120\n8:16 Read 1\nTotal 121\n"
        let disks = [Traffic](serviceBytes: .init(text: text)) { $0 }
        #expect(
            disks == [
                Traffic(name: "8:0", incoming: 100, outgoing: 20), Traffic(name: "8:16", incoming: 1, outgoing: nil),
            ]
        )
        #expect([Traffic](serviceBytes: .init(text: "Total 0\n")) { $0 }.isEmpty)
    }

    @Test(arguments: [(100, 30, 70), (100, 99, 1), (100, 100, 100), (100, 101, 100), (100, nil, 100), (0, 0, 0)])
    func reclaimableMemoryIsNotUsedMemory(_ usage: UInt64, inactive: UInt64?, used: UInt64) {
        #expect(memoryUsed(usage, inactiveFile: inactive) == used)
    }
}
