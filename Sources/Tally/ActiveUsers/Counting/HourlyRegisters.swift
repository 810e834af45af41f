/// The users of each hour as HyperLogLog registers, which are packed once the hour has ended.
///
/// Pure state: no clock, no lock. Hours are numbered from the Unix epoch. If the time of day steps back, a repeated
/// hour continues with its earlier registers.
struct HourlyRegisters {
    /// Registers as 2 bytes for each non-zero one, or as 1 byte for every one, whichever is smaller.
    private enum Packed {
        case sparse([UInt16])
        case dense([UInt8])

        /// A rank takes 6 bits, which leaves 10 for the index.
        static let maxSize = 1024

        init(_ registers: [UInt8]) {
            let taken = registers.count { $0 != 0 }
            guard taken * 2 < registers.count else {
                self = .dense(registers)
                return
            }
            self = .sparse(
                registers.enumerated().filter { $0.element != 0 }.map { UInt16($0.offset << 6 | Int($0.element)) }
            )
        }

        func unpacked(size: Int) -> [UInt8] {
            switch self {
            case .dense(let registers): return registers
            case .sparse(let pairs):
                var registers = [UInt8](repeating: 0, count: size)
                for pair in pairs { registers[Int(pair >> 6)] = UInt8(pair & 63) }
                return registers
            }
        }
    }

    private let size: Int
    /// The maximum distance of a retained hour from the present one.
    private let kept: Int
    private var openHour: Int?
    private var openRegisters: [UInt8] = []
    private var closed: [Int: Packed] = [:]

    init(size: Int, kept: Int) {
        precondition(size <= Packed.maxSize && kept > 0)
        self.size = size
        self.kept = kept
    }

    mutating func hit(_ index: Int, rank: UInt8, in hour: Int) {
        if openHour != hour { begin(hour) }
        if openRegisters[index] < rank { openRegisters[index] = rank }
    }

    private mutating func begin(_ hour: Int) {
        close(for: hour)
        openHour = hour
        openRegisters =
            closed.removeValue(forKey: hour)?.unpacked(size: size) ?? [UInt8](repeating: 0, count: size)
    }

    /// Closes the open hour if it is not the present one. Drops hours that are too far from the present one, in both
    /// directions, because later hours come from a wrong clock.
    mutating func close(for present: Int) {
        if let hour = openHour, hour != present {
            closed[hour] = Packed(openRegisters)
            openHour = nil
            openRegisters = []
        }
        for hour in closed.keys where hour.distance(to: present).magnitude > kept { closed[hour] = nil }
    }

    /// The closed hours before the present one.
    mutating func closedHours(at present: Int) -> [(hour: Int, registers: [UInt8])] {
        close(for: present)
        return closed.filter { $0.key < present }.map { ($0.key, $0.value.unpacked(size: size)) }
    }
}
