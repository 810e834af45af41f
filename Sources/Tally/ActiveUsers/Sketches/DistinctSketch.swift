/// How many distinct users there were, in 16 KiB, in a form that can be merged: the counts of two instances cannot be
/// added up, since they share users; their sketches can.
///
/// A HyperLogLog of 16,384 registers. ``estimate`` has a standard error of 0.81 %: of 100 estimates, 68 are within
/// that, 99 within 2.4 %. Merging is commutative, associative and idempotent, so a sketch may be sent twice, late or in
/// any order.
///
/// Instances must hash under one ``HashKey``. Sketches made in this process know whether they do, and refuse to merge
/// if not; bytes do not carry that knowledge, so keep sketches of different keys apart where you store them.
///
/// A sketch holds no identifier, yet whoever has the key can test whether an identifier may be in it: treat its bytes
/// as you treat the identifiers.
///
/// Two sketches are equal if their registers are, whatever keys they were made with. A copy shares its memory until one
/// of the two changes.
public struct DistinctSketch: Sendable {
    /// The binary logarithm of the number of registers.
    static let precision = 14

    package private(set) var registers: HyperLogLog
    /// The key that the identifiers were hashed under, if it is known. Never written to bytes.
    private var keyFingerprint: UInt64?

    /// A sketch that holds nothing, and merges with every other.
    public init() {
        registers = HyperLogLog(precision: Self.precision)
    }

    package init(_ registers: HyperLogLog = HyperLogLog(), hashedUnder key: HashKey) {
        precondition(registers.precision == Self.precision)
        self.registers = registers
        keyFingerprint = key.fingerprint
    }

    /// A sketch of which nothing else is known.
    init(unkeyed registers: HyperLogLog) {
        precondition(registers.precision == Self.precision)
        self.registers = registers
    }

    /// Puts in a key: an identifier's hash under the sketch's ``HashKey``.
    package mutating func insert(key: UInt64) { registers.insert(key: key) }

    /// About how many distinct users there were, rounded; `Int.max` where the registers tell no bound.
    ///
    /// The standard error is 0.81 %. Redis answers the same number to `PFCOUNT`. Reads all registers: some 10 µs.
    public var estimate: Int {
        let rounded = registers.estimate.rounded()
        return rounded < 0x1p63 ? Int(rounded) : .max
    }

    /// True if it holds nothing.
    public var isEmpty: Bool { registers.isEmpty }

    /// Puts in all that is in another sketch. What was in both counts once.
    ///
    /// - Throws: ``DistinctSketchError`` if the two are known to come from different keys: a user of both would count
    ///   twice. This sketch is then as it was.
    public mutating func merge(_ other: DistinctSketch) throws(DistinctSketchError) {
        if let mine = keyFingerprint, let theirs = other.keyFingerprint, mine != theirs {
            throw DistinctSketchError(
                .mismatchedKey,
                "sketches whose identifiers were hashed under different keys have no union"
            )
        }
        registers.merge(other.registers)
        keyFingerprint = keyFingerprint ?? other.keyFingerprint
    }
}

extension DistinctSketch: Hashable {
    /// True if all registers are equal.
    public static func == (left: DistinctSketch, right: DistinctSketch) -> Bool {
        left.registers == right.registers
    }

    /// Hashes the registers.
    public func hash(into hasher: inout Hasher) { hasher.combine(registers) }
}

extension DistinctSketch: CustomStringConvertible, CustomReflectable {
    /// The estimate. Not the registers: they are as sensitive as the identifiers.
    public var description: String { "DistinctSketch(estimate: \(estimate))" }

    /// Without children: the registers are as sensitive as the identifiers.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
