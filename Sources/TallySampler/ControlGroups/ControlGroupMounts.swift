/// The mounts of control groups. https://man7.org/linux/man-pages/man7/cgroups.7.html
///
/// A controller is in a hierarchy of version 1 or in that of version 2. A machine may have both ("hybrid"), often
/// without any controller in version 2, so each controller is looked up separately.
struct ControlGroupMounts: Equatable, Sendable {
    enum Controller: String, CaseIterable {
        /// In version 2, every group has its CPU time, even without the controller.
        case cpu = "cpuacct"
        /// The limit of CPU time.
        case bandwidth = "cpu"
        case memory
        case block = "blkio"
        case processes = "pids"
    }

    /// The mounts of version 1, by controller.
    private(set) var v1: [Controller: String] = [:]
    private(set) var v2: String?

    /// - Parameter text: The content of `/proc/self/mounts`.
    init(text: [UInt8]) {
        for line in text.lines {
            let words = line.words
            guard words.count >= 4 else { continue }
            let path = MountText.unescaped(words[1])
            switch words[2].text {
            case "cgroup2": v2 = v2 ?? path
            case "cgroup":
                for option in words[3].split(separator: UInt8(ascii: ",")) {
                    guard let controller = Controller(rawValue: option.text), v1[controller] == nil else { continue }
                    v1[controller] = path
                }
            default: break
            }
        }
    }

    /// The root of a controller's files, and their version.
    func place(of controller: Controller) -> (root: String, isV2: Bool)? {
        if let root = v1[controller] { return (root, false) }
        return v2.map { ($0, true) }
    }

    var roots: [String] {
        var roots: [String] = []
        for root in [place(of: .cpu)?.root, place(of: .memory)?.root] {
            if let root, !roots.contains(root) { roots.append(root) }
        }
        return roots
    }
}
