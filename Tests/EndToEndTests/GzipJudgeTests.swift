import Foundation
import Tally
import TallyTestSupport
import Testing

/// Python's zlib, Go's compress/gzip and gzip itself read random registries, compressed, in every format.
@Suite(.timeLimit(.minutes(20)))
struct GzipJudgeTests {
    private static let formats: [ExpositionFormat] = [
        .prometheusText, .prometheusText(escaping: .allowUTF8), .openMetrics, .openMetrics(escaping: .values), .json,
        .protobuf,
    ]

    private static let python = Program.find("python3", variable: "TALLY_PYTHON")
    private static let go = Program.find("go")

    /// Each text and its compressed form, each preceded by its length in four bytes.
    private static let cases = Result {
        var input = Data()
        var count = 0
        func append(_ registry: MetricRegistry) {
            for format in formats {
                let compressed = registry.exposition(for: ScrapeRequest(as: format, isCompressed: true)).body
                for bytes in [registry.exposition(as: format).body, compressed] {
                    withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { input.append(contentsOf: $0) }
                    input.append(contentsOf: bytes)
                }
                count += 1
            }
        }
        for seed: UInt64 in 0..<600 {
            let random = try RandomRegistry(seed: seed + 50_000)
            random.registry.unregister("tally_scrape_duration_seconds")
            random.registry.unregister("tally_scrape_errors_total")
            append(random.registry)
        }
        // Registries of many pieces, with arbitrary boundaries.
        for series in [1_000, 5_000, 20_000] {
            let registry = MetricRegistry(ownMetrics: false)
            let family = try Counter.family(
                validating: "many",
                help: "",
                labelNames: ["path", "user"],
                maxChildren: series,
                in: registry
            )
            for index in 0..<series {
                family[["/\(index % 37)/é", "\(index &* 2_654_435_761)"]].increment(by: index * index)
            }
            append(registry)
        }
        return (input: input, count: count)
    }

    private static let pythonJudge = """
        import gzip, struct, sys, zlib
        data = sys.stdin.buffer.read()
        at = same = 0
        def part():
            global at
            length, = struct.unpack_from("<I", data, at)
            at += 4 + length
            return data[at - length:at]
        while at < len(data):
            text, compressed = part(), part()
            stream = zlib.decompressobj(31)
            assert stream.decompress(compressed) + stream.flush() == text and stream.eof and not stream.unused_data
            assert gzip.decompress(compressed) == text
            same += 1
        print(same)
        """

    private static let goJudge = #"""
        package main

        import (
            "bufio"
            "bytes"
            "compress/gzip"
            "encoding/binary"
            "fmt"
            "io"
            "os"
        )

        func part(input io.Reader) ([]byte, error) {
            var length uint32
            if err := binary.Read(input, binary.LittleEndian, &length); err != nil { return nil, err }
            bytes := make([]byte, length)
            _, err := io.ReadFull(input, bytes)
            return bytes, err
        }

        func main() {
            input := bufio.NewReader(os.Stdin)
            same := 0
            for {
                text, err := part(input)
                if err == io.EOF { break }
                if err != nil { panic(err) }
                compressed, err := part(input)
                if err != nil { panic(err) }
                reader, err := gzip.NewReader(bytes.NewReader(compressed))
                if err != nil { panic(err) }
                read, err := io.ReadAll(reader)
                if err != nil { panic(err) }
                if !bytes.Equal(read, text) { panic("differs") }
                same++
            }
            fmt.Println(same)
        }
        """#

    @Test(.enabled(if: python != nil || Program.isRequired, "needs Python"))
    func pythonZlibReadsTheSameText() async throws {
        try await onThread {
            let cases = try Self.cases.get()
            let outcome = try Program.run(try #require(Self.python), ["-c", Self.pythonJudge], input: cases.input)
            #expect(outcome.status == 0, "\(outcome.errorText)")
            #expect(outcome.text == "\(cases.count)\n")
            print("Python's zlib reads \(cases.count) compressed expositions of random registries: 0 differences")
        }
    }

    @Test(.enabled(if: go != nil || Program.isRequired, "needs Go"))
    func goReadsTheSameText() async throws {
        try await onThread {
            let cases = try Self.cases.get()
            let folder = try TemporaryFolder()
            let source = folder.url.appending(path: "judge.go")
            try Data(Self.goJudge.utf8).write(to: source)
            let outcome = try Program.run(
                try Program.require("env"),
                [
                    "GO111MODULE=off", "GOCACHE=\(folder.url.path)/cache", "HOME=\(folder.url.path)",
                    try #require(Self.go).path, "run", source.path,
                ],
                input: cases.input
            )
            #expect(outcome.status == 0, "\(outcome.errorText)")
            #expect(outcome.text == "\(cases.count)\n")
            print("Go's compress/gzip reads \(cases.count) compressed expositions of random registries: 0 differences")
        }
    }
}
