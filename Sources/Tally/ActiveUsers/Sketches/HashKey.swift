/// A secret of 128 bits, under which identifiers are hashed before anything is kept of them.
///
/// Instances whose sketches are to be merged need the same key; give it to them as you give them any secret, for
/// instance as 32 hexadecimal digits in an environment variable (`openssl rand -hex 16`). Without the key nobody can
/// choose identifiers that spoil a count, or find out from a sketch whether an identifier is in it. Changing the key
/// makes every user a new one. Nothing that prints a key shows it.
public struct HashKey: Sendable, Hashable {
    private static let byteCount = 16

    let low: UInt64
    let high: UInt64

    /// A key from 16 bytes that the program itself holds: for tests and examples, where a wrong number of them is a
    /// mistake in the source. Traps unless there are 16; see ``init(validating:)`` for bytes that come at run time.
    public init(bytes: [UInt8]) {
        do {
            self = try HashKey(validating: bytes)
        } catch {
            // The program's own mistake, shown at boot.
            fatalError("Tally: \(error)")
        }
    }

    /// A key from 16 bytes that come at run time.
    ///
    /// - Throws: ``HashKeyError`` unless there are 16.
    public init(validating bytes: [UInt8]) throws(HashKeyError) {
        guard bytes.count == Self.byteCount else {
            throw HashKeyError("a hash key has \(Self.byteCount) bytes, not \(bytes.count)")
        }
        low = unsafe bytes.withUnsafeBytes { unsafe $0.word(at: 0) }
        high = unsafe bytes.withUnsafeBytes { unsafe $0.word(at: 8) }
    }

    /// A key from 32 hexadecimal digits of any case, as an environment variable holds them. The first two are the first
    /// byte.
    ///
    /// - Throws: ``HashKeyError``, whose text says what is wrong without showing any of the digits.
    public init(validatingHex digits: String) throws(HashKeyError) {
        let digits = Array(digits.utf8)
        let expected = 2 * Self.byteCount
        guard digits.count == expected else {
            throw HashKeyError("a hash key has \(expected) hexadecimal digits, not \(digits.count)")
        }
        var nibbles: [UInt8] = []
        for (position, digit) in digits.enumerated() {
            guard let nibble = Character(Unicode.Scalar(digit)).hexDigitValue else {
                throw HashKeyError(
                    "the hash key's character \(position + 1) of \(expected) is not a hexadecimal digit"
                )
            }
            nibbles.append(UInt8(nibble))
        }
        try self.init(validating: (0..<Self.byteCount).map { nibbles[2 * $0] << 4 | nibbles[2 * $0 + 1] })
    }

    /// A new key from the system's secure generator.
    public static func random() -> HashKey {
        HashKey(low: .random(in: .min ... .max), high: .random(in: .min ... .max))
    }

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}

extension HashKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same text: a key is a secret.
    public var description: String { "HashKey(secret)" }

    /// Always the same text: a key is a secret.
    public var debugDescription: String { description }

    /// Without children: a key is a secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
