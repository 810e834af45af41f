internal import Tally

/// The names of block devices, by their numbers. Each is looked up once.
final class BlockDevices: Sendable {
    private let sys: String
    private let names = Locked<[String: String]>([:])

    /// More than any machine has. Beyond that, the names are looked up again.
    private static let maxNames = 1_024

    init(sys: String = "/sys") {
        self.sys = sys
    }

    /// The path of a device, such as `/dev/sda` for `8:0`, or the numbers if it has no name.
    func path(of numbers: String) -> String {
        if let name = names.withLock({ $0[numbers] }) { return name }
        let name = System.destination(ofLink: "\(sys)/dev/block/\(numbers)")?
            .split(separator: UInt8(ascii: "/")).last.map { "/dev/" + $0.text }
        guard let name else { return numbers }
        names.withLock { names in
            if names.count >= Self.maxNames { names = [:] }
            names[numbers] = name
        }
        return name
    }
}
