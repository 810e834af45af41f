import Foundation
import TallyTestSupport
import Testing

@testable import Tally

/// Compressed expositions, read by `gzip`.
struct GzipTests {
    /// Compresses a text in pieces.
    private func compressed(_ text: [UInt8], pieces size: Int = 64 * 1024) -> [UInt8] {
        var stream = GzipStream()
        var out: [UInt8] = []
        var rest = text[...]
        repeat {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            out += unsafe piece.withUnsafeBufferPointer { unsafe stream.compress($0, isLast: rest.isEmpty) }
        } while !rest.isEmpty
        return out
    }

    /// Decompresses with `gzip`.
    private func decompressed(_ bytes: [UInt8]) throws -> [UInt8] {
        let outcome = try Program.run(try Program.require("gzip"), ["-dc"], input: Data(bytes))
        #expect(outcome.status == 0, "\(outcome.errorText)")
        return Array(outcome.output)
    }

    @Test func inputsOfEveryLengthAndKindRoundTrip() throws {
        var generator = Xorshift(seed: 42)
        let digits = Array("0123456789".utf8)
        let kinds: [(Int) -> [UInt8]] = [
            { count in [UInt8](repeating: 0x61, count: count) },
            { count in (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) } },
            { count in (0..<count).map { UInt8(truncatingIfNeeded: $0) } },
            { count in (0..<count).map { _ in digits.randomElement(using: &generator) ?? 0 } },
            { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 % 258) } },
        ]
        var text: [UInt8] = []
        var bytes: [UInt8] = []
        for kind in kinds {
            for count in Array(0...40) + [257, 258, 259, 260, 515, 4095, 32_768, 65_535, 65_536, 65_537, 200_000] {
                let part = kind(count)
                text += part
                // Concatenated members decompress to the concatenation of their texts.
                let pieces = count < 100 ? [1, 7, 1000] : [count / 7, 65_536]
                bytes += compressed(part, pieces: pieces.randomElement(using: &generator) ?? 1)
            }
        }
        #expect(try decompressed(bytes) == text)
    }

    @Test func matchesAroundTheEndOfTheWindowRoundTrip() throws {
        // 64 bytes that repeat after a distance filled with noise.
        var generator = Xorshift(seed: 7)
        var text: [UInt8] = []
        for distance in [32_766, 32_767, 32_768, 32_769, 40_000] {
            var part = (0..<(distance + 64)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            for index in 0..<64 { part[distance + index] = part[index] }
            text += part
        }
        for size in [40_000, 65_536, 300_000] { #expect(try decompressed(compressed(text, pieces: size)) == text) }
    }

    @Test func codeLengthsAreLimitedForFibonacciFrequencies() throws {
        // Fibonacci frequencies make the deepest Huffman tree.
        var text: [UInt8] = []
        var (count, next) = (1, 1)
        for symbol in 0..<22 {
            text += [UInt8](repeating: UInt8(symbol), count: count)
            (count, next) = (next, count + next)
        }
        var generator = Xorshift(seed: 1)
        text.shuffle(using: &generator)
        #expect(try decompressed(compressed(text)) == text)
    }

    @Test(arguments: [ExpositionFormat.prometheusText, .openMetrics, .json])
    func compressedExpositionsRoundTripAtAFractionOfTheSize(_ format: ExpositionFormat) throws {
        let registry = MetricRegistry(ownMetrics: false)
        let family = try Counter.family(
            validating: "many",
            help: "",
            labelNames: ["path", "user"],
            maxChildren: 10_000,
            in: registry
        )
        for index in 0..<10_000 { family[["/path/\(index % 100)", "user \(index)"]].increment(by: index) }
        let latency = try Histogram.family(validating: "latency", help: "", labelNames: ["path"], in: registry)
        for index in 0..<100 { latency[["/path/\(index)"]].observe(Double(index) / 10) }
        let plain = registry.exposition(as: format).body
        let request = ScrapeRequest(as: format, isCompressed: true)
        let whole = registry.exposition(for: request)
        #expect(try decompressed(whole.body) == plain)
        #expect(whole.body.count < plain.count / 6)
        #expect(registry.chunks(for: request).reduce(into: []) { $0 += $1 } == whole.body)
        var streamed: [UInt8] = []
        registry.write(for: request) { streamed += $0 }
        #expect(streamed == whole.body)
        // At most 15 % larger than zlib's output: at level 1 for JSON, and at level 6 for the other formats.
        let level = format == .json ? "-1c" : "-6c"
        let zlib = try Program.run(try Program.require("gzip"), [level], input: Data(plain)).output.count
        #expect(Double(whole.body.count) <= 1.15 * Double(zlib))
    }

    @Test func anEmptyRegistryCompressesToAnEmptyMember() throws {
        let body = MetricRegistry(ownMetrics: false).exposition(for: ScrapeRequest(isCompressed: true)).body
        #expect(try decompressed(body).isEmpty)
    }
}
