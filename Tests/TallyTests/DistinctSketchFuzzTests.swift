import Testing

@testable import Tally

/// Corrupted bytes throw or read as another sketch. They never trap.
struct DistinctSketchFuzzTests {
    /// Every readable encoding. Short ones are repeated, because more of their bytes matter.
    private static let seeds: [(bytes: [UInt8], format: DistinctSketchFormat)] = {
        let word: [UInt8] = [7, 0, 0, 12]
        let sparse = Array("HYLL".utf8) + [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let small: [([UInt8], DistinctSketchFormat)] = [
            (sparse + [0x7F, 0xFF], .redis),
            (sparse + [0x40, 200, 0x85, 0xFF, 3, 0x7F, 0x2C], .redis),
            ([0x11, 0x8E, 0x7F], .postgresql),
            ([0x12, 0x8E, 0x7F, 1, 2, 3, 4, 5, 6, 7, 8], .postgresql),
            ([0x13, 0x8E, 0x7F, 0, 0x11, 0x10, 0x29, 0x84], .postgresql),
            ([2, 1, 7, 14, 3, 0x0C, 0, 8], .dataSketches),
            ([2, 1, 7, 14, 3, 8, 2, 8] + word + word, .dataSketches),
            ([2, 1, 7, 14, 3, 0, 1, 8] + word + Array(repeating: 0, count: 28), .dataSketches),
            ([3, 1, 7, 14, 5, 8, 0, 1, 2, 0, 0, 0] + word + word, .dataSketches),
            ([3, 1, 7, 14, 5, 0, 0, 5, 1, 0, 0, 0] + word + Array(repeating: 0, count: 124), .dataSketches),
        ]
        let preamble: [UInt8] = [10, 1, 7, 14, 0, 8, 0]
        let zeroes = [UInt8](repeating: 0, count: 28)
        let four = [UInt8](repeating: 0x21, count: 8_191) + [0xF0]
        let large: [([UInt8], DistinctSketchFormat)] = [
            (sketch(of: 0..<9_000).bytes(for: .redis), .redis),
            (sketch(of: 0..<9_000).bytes(for: .postgresql), .postgresql),
            (sketch(of: 0..<9_000).bytes(for: .dataSketches), .dataSketches),
            (preamble + [2] + zeroes + [1, 0, 0, 0] + four + [0xFF, 0x3F, 0, 0x50], .dataSketches),
            (preamble + [6] + zeroes + [0, 0, 0, 0] + [UInt8](repeating: 0x41, count: 12_289), .dataSketches),
        ]
        return Array(repeating: small, count: 3).flatMap { $0 } + large
    }()

    @Test func corruptedBytesThrowOrReadAsAnotherSketch() throws {
        for (bytes, format) in Self.seeds where !(bytes.first == 0x12 && format == .postgresql) {
            #expect(
                DistinctSketchFormatTests.code(bytes, format) == nil,
                "intact bytes must read: \(bytes.prefix(8))"
            )
        }
        var generator = Xorshift(seed: 4)
        var (read, thrown) = (0, [DistinctSketchError.Code: Int]())
        for _ in 0..<40_000 {
            let (seed, format) = Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &generator)]
            let bytes = Self.corrupted(seed, &generator)
            do {
                let sketch = try DistinctSketch(bytes: bytes, from: format)
                read += 1
                let written = sketch.bytes(for: format)
                let again = try DistinctSketch(bytes: written, from: format)
                guard again.registers.registers == sketch.registers.registers else {
                    Issue.record("\(format) \(bytes.prefix(64)) does not round-trip")
                    return
                }
                if read % 16 == 0 { _ = sketch.estimate }
            } catch {
                thrown[error.code, default: 0] += 1
            }
        }
        // Every outcome occurred.
        #expect(read > 1_000)
        let codes: [DistinctSketchError.Code] = [
            .truncated, .trailingBytes, .foreign, .unsupportedEncoding, .mismatchedParameters, .invalidRegister,
        ]
        for code in codes { #expect(thrown[code, default: 0] > 100, "\(code)") }
    }

    private static func corrupted(_ seed: [UInt8], _ generator: inout Xorshift) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:
                bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
            case 1:
                let count = Int.random(in: 1...40, using: &generator)
                bytes += (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            case 2, 3:
                // In the header, where most bytes matter.
                guard !bytes.isEmpty else { continue }
                let offset = Int.random(in: 0..<min(40, bytes.count), using: &generator)
                bytes[offset] = .random(in: .min ... .max, using: &generator)
            case 4:
                guard !bytes.isEmpty else { continue }
                let offset = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            default:
                guard !bytes.isEmpty else { continue }
                let offset = Int.random(in: 0..<bytes.count, using: &generator)
                bytes.insert(.random(in: .min ... .max, using: &generator), at: offset)
            }
        }
        return bytes
    }
}
