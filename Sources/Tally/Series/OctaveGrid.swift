/// The buckets of native histograms: powers of 2^(2^-schema), as in Prometheus' standard exponential schemas.
///
/// Bucket `key` holds the values above `base^(key - 1)`, up to and including `base^key`, where `base = 2^(2^-schema)`.
///
/// https://prometheus.io/docs/specs/native_histograms/#data-model
@usableFromInline
final class OctaveGrid: Sendable {
    /// The finest schema: 256 buckets in each octave.
    static let maxSchema = 8
    /// The exponents of the smallest and the largest bound. Their distance limits the memory of a histogram.
    static let minExponent = -32
    static let maxExponent = 63
    /// The smallest bound of a bucket, below which values are counted as zero: 2^-32.
    static let minThreshold = 0x1p-32
    /// The magnitude beyond which no bucket counts values: 2^63.
    @usableFromInline
    static var maxMagnitude: Double { 0x1p63 }

    let schema: Int
    /// A value of this magnitude or less is counted as zero.
    let threshold: Double
    /// For each slice of an octave, the number of bounds below it, and in the lower 52 bits the mantissa of the bound
    /// within it. Slices are half as wide as the average bucket, so none has a second bound.
    let slices: FixedBuffer<UInt64>

    static let mantissaMask: UInt64 = (1 << 52) - 1

    /// - Parameter threshold: The zero threshold, at least ``minThreshold``.
    init(schema: Int, threshold: Double) {
        self.schema = schema
        self.threshold = threshold
        let bounds = Self.bounds(schema: schema)
        let width: UInt64 = 1 << UInt64(51 - schema)
        slices = FixedBuffer(
            (0..<UInt64(2 << schema)).map { slice in
                let start = slice * width
                let below = bounds.count { $0 < start }
                let inside = bounds.first { $0 >= start && $0 < start + width }
                return UInt64(below) << 52 | (inside ?? Self.mantissaMask)
            },
            padding: 0,
            of: 0
        )
    }

    /// The number of buckets on each side of zero.
    var count: Int { (Self.maxExponent - Self.minExponent) << schema }

    /// The position of a magnitude above the threshold and up to ``maxMagnitude``, from 0 to `count - 1`.
    @inline(__always)
    static func position(of magnitude: Double, schema: Int, slices: UnsafePointer<UInt64>) -> Int {
        let bits = magnitude.bitPattern
        let octave = Int(truncatingIfNeeded: bits &>> 52) &- (1023 &+ minExponent)
        let mantissa = bits & mantissaMask
        let slice = unsafe slices[Int(truncatingIfNeeded: mantissa &>> UInt64(truncatingIfNeeded: 51 &- schema))]
        let passed = Int(truncatingIfNeeded: slice &>> 52) &+ (mantissa > slice & mantissaMask ? 1 : 0)
        // Upper bounds are inclusive, so a power of two belongs to the bucket that ends with it.
        return (octave &<< schema) &+ passed &- 1
    }

    /// Prometheus' number of the bucket at a position.
    func key(_ position: Int) -> Int { position + 1 + Self.minExponent << schema }

    /// The mantissas of the bounds in an octave, rounded down, from 2^0 on.
    ///
    /// By fixed-point square roots of 2 with 126 fractional bits, because `exp2` may err in the last bit.
    static func bounds(schema: Int) -> [UInt64] {
        let fraction: UInt128 = 126
        /// 2^(2^-k)
        var roots: [UInt128] = [2 << fraction]
        for _ in 0..<schema {
            let square = roots[roots.count - 1]
            var root: UInt128 = 0
            for bit in (0...fraction).reversed() {
                let larger = root | 1 << bit
                let (high, low) = larger.multipliedFullWidth(by: larger)
                if (high, low) <= (square >> 2, square << fraction) { root = larger }
            }
            roots.append(root)
        }
        return (0..<(1 << schema)).map { index in
            var bound: UInt128 = 1 << fraction
            for bit in 0..<schema where index >> bit & 1 == 1 {
                let (high, low) = bound.multipliedFullWidth(by: roots[schema - bit])
                bound = high << 2 | low >> fraction
            }
            return UInt64(truncatingIfNeeded: bound >> (fraction - 52)) & mantissaMask
        }
    }
}
