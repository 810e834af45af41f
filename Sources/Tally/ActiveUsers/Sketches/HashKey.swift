/// A secret of 128 bits, under which Tally hashes identifiers before it stores anything.
///
/// Instances whose sketches are merged need the same key. Distribute it like any other secret, for example as 32
/// hexadecimal digits in an environment variable (`openssl rand -hex 16`). Without the key, an attacker can neither
/// choose identifiers that distort a count nor test whether an identifier is in a sketch. With a new key, every user
/// counts as new. Printing a key does not reveal it.
public struct HashKey: Sendable, Hashable {
    private static let byteCount = 16

    let low: UInt64
    let high: UInt64

    /// Creates a key from 16 bytes in the source, for tests and examples. Traps for any other number of bytes. For
    /// bytes that are known only at run time, use ``init(validating:)``.
    public init(bytes: [UInt8]) {
        do {
            self = try HashKey(validating: bytes)
        } catch {
            // A wrong literal is a bug in the program, found at the first run.
            fatalError("Tally: \(error)")
        }
    }

    /// Creates a key from 16 bytes that are known only at run time.
    ///
    /// - Throws: ``HashKeyError`` for any other number of bytes.
    public init(validating bytes: [UInt8]) throws(HashKeyError) {
        guard bytes.count == Self.byteCount else {
            throw HashKeyError("a hash key must have \(Self.byteCount) bytes, not \(bytes.count)")
        }
        low = unsafe bytes.withUnsafeBytes { unsafe $0.word(at: 0) }
        high = unsafe bytes.withUnsafeBytes { unsafe $0.word(at: 8) }
    }

    /// Creates a key from 32 hexadecimal digits of either case, the first two of which are the first byte.
    ///
    /// - Throws: ``HashKeyError``, whose text reveals none of the digits.
    public init(validatingHex digits: String) throws(HashKeyError) {
        let digits = Array(digits.utf8)
        let expected = 2 * Self.byteCount
        guard digits.count == expected else {
            let problem = "a hash key must have \(expected) hexadecimal digits, not \(digits.count)"
            throw HashKeyError("\(problem): create one with openssl rand -hex \(Self.byteCount)")
        }
        var nibbles: [UInt8] = []
        for (position, digit) in digits.enumerated() {
            guard let nibble = Character(Unicode.Scalar(digit)).hexDigitValue else {
                let place = "the hash key's character \(position + 1) of \(expected)"
                throw HashKeyError("\(place) is not a hexadecimal digit: use only 0-9 and a-f")
            }
            nibbles.append(UInt8(nibble))
        }
        try self.init(validating: (0..<Self.byteCount).map { nibbles[2 * $0] << 4 | nibbles[2 * $0 + 1] })
    }

    /// Creates a random key with the system's secure generator.
    public static func random() -> HashKey {
        HashKey(low: .random(in: .min ... .max), high: .random(in: .min ... .max))
    }

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}

extension HashKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same text, because a key is a secret.
    public var description: String { "HashKey(secret)" }

    /// Always the same text, because a key is a secret.
    public var debugDescription: String { description }

    /// A mirror without children, because a key is a secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
