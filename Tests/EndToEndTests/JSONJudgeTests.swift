import Foundation
import Tally
import TallyTestSupport
import Testing

/// The JSON format equals prom2json's conversion of the text format.
///
/// https://github.com/prometheus/prom2json
@Suite(.timeLimit(.minutes(20)))
struct JSONJudgeTests {
    private static let go = Program.find("go")
    private static let packages = "/usr/share/gocode"

    private static var isInstalled: Bool {
        go != nil && FileManager.default.fileExists(atPath: "\(packages)/src/github.com/prometheus/prom2json")
    }

    /// Reads one case per line, and prints the numbers of compared families and metrics, and every difference.
    private static let judge = #"""
        package main

        import (
            "bufio"
            "encoding/json"
            "fmt"
            "os"
            "sort"
            "strconv"
            "strings"

            dto "github.com/prometheus/client_model/go"
            "github.com/prometheus/prom2json"
        )

        type Case struct{ Seed, Text, JSON string }

        // The canonical form of a number, however it is written.
        func number(text interface{}) string {
            value, err := strconv.ParseFloat(fmt.Sprint(text), 64)
            if err != nil { return "no number: " + fmt.Sprint(text) }
            return strconv.FormatFloat(value, 'g', -1, 64)
        }

        // Every fact of a document, one per line, sorted.
        func facts(document []byte) (lines []string, metrics int, err error) {
            var families []map[string]interface{}
            if err = json.Unmarshal(document, &families); err != nil { return }
            for _, family := range families {
                // In the text, blanks before a help text are not a part of it.
                help := strings.TrimLeft(family["help"].(string), " \t")
                for _, entry := range family["metrics"].([]interface{}) {
                    metric := entry.(map[string]interface{})
                    metrics++
                    about := fmt.Sprintf("%q %q %q %q", family["name"], help, family["type"], metric["labels"])
                    for field, value := range metric {
                        switch value := value.(type) {
                        case string: lines = append(lines, about+" "+field+" "+number(value))
                        case map[string]interface{}:
                            if field == "labels" { continue }
                            for bound, count := range value {
                                lines = append(lines, about+" "+field+" "+number(bound)+" "+number(count))
                            }
                        default: lines = append(lines, fmt.Sprintf("%s %s %v of another kind", about, field, value))
                        }
                    }
                }
            }
            sort.Strings(lines)
            return
        }

        func main() {
            input := bufio.NewScanner(os.Stdin)
            input.Buffer(nil, 1<<28)
            cases, families, metrics := 0, 0, 0
            differences := []string{}
            for input.Scan() {
                var c Case
                if err := json.Unmarshal(input.Bytes(), &c); err != nil { panic(err) }
                cases++
                channel := make(chan *dto.MetricFamily, 1024)
                if err := prom2json.ParseReader(strings.NewReader(c.Text), channel); err != nil {
                    differences = append(differences, c.Seed+": "+err.Error())
                    continue
                }
                theirs := []*prom2json.Family{}
                for family := range channel { theirs = append(theirs, prom2json.NewFamily(family)) }
                document, err := json.Marshal(theirs)
                if err != nil { panic(err) }
                expected, count, err := facts(document)
                if err != nil { panic(err) }
                found, _, err := facts([]byte(c.JSON))
                if err != nil { differences = append(differences, c.Seed+": "+err.Error()) }
                families += len(theirs)
                metrics += count
                if one, two := strings.Join(expected, "\n"), strings.Join(found, "\n"); one != two {
                    differences = append(differences, c.Seed+": of the text\n"+one+"\nof the JSON\n"+two)
                }
            }
            json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
                "cases": cases, "families": families, "metrics": metrics, "differences": differences,
            })
        }
        """#

    private struct Case: Encodable {
        let seed: String
        let text: String
        let json: String
    }

    private struct Verdict: Decodable {
        let cases: Int
        let families: Int
        let metrics: Int
        let differences: [String]
    }

    @Test(.enabled(if: isInstalled || Program.isRequired, "needs Go and Debian's prom2json"))
    func prom2jsonConvertsOurTextToOurJSON() async throws {
        try await onThread {
            var input = Data()
            var count = 0
            for seed: UInt64 in 0..<2000 {
                let random = try RandomRegistry(seed: seed + 20_000)
                // prom2json reads only the legacy text format, in which such names are escaped.
                guard !random.hasUTF8Names else { continue }
                count += 1
                let bodies = [ExpositionFormat.prometheusText, .json].map {
                    String(decoding: random.registry.exposition(as: $0).body, as: UTF8.self)
                }
                input += try JSONEncoder().encode(Case(seed: "\(seed)", text: bodies[0], json: bodies[1]))
                input += Data("\n".utf8)
            }
            let folder = try TemporaryFolder()
            let source = folder.url.appending(path: "judge.go")
            try Data(Self.judge.utf8).write(to: source)
            let go = try #require(Self.go).path
            let outcome = try Program.run(
                try Program.require("env"),
                [
                    "GO111MODULE=off", "GOPATH=\(Self.packages)", "GOCACHE=\(folder.url.path)/cache",
                    "HOME=\(folder.url.path)", go, "run", source.path,
                ],
                input: input
            )
            try #require(outcome.status == 0, "\(outcome.errorText)")
            let verdict = try JSONDecoder().decode(Verdict.self, from: outcome.output)
            #expect(verdict.differences.isEmpty, "\(verdict.differences.prefix(3).joined(separator: "\n"))")
            #expect(verdict.cases == count && count > 500)
            #expect(verdict.metrics > 3_000)
            print(
                "prom2json reads the same from the text as the JSON says:",
                "\(verdict.cases) registries, \(verdict.families) families, \(verdict.metrics) metrics,",
                "\(verdict.differences.count) differences"
            )
        }
    }
}
