internal import Tally
internal import TallyHealthcheck

/// The answer to a poll of the page's script.
enum OverviewDocument {
    /// The maximum number of series in an answer. More would slow the browser down.
    static let maxSeries = 1_000

    static func json(_ overview: Overview, _ query: PageQuery, _ recorder: HistoryRecorder?) -> [UInt8] {
        let selection = Selection(overview.metrics, query, maxSeries: maxSeries)
        var json = JSONBytes()
        json.object { json in
            write(overview.health, &json)
            json.key("found")
            json.whole(selection.found)
            json.key("shown")
            json.whole(selection.shown)
            json.key("limits")
            Cardinality(overview.metrics).write(&json)
            if let recorder {
                recorder.read { ring in
                    write(ring, query, &json)
                    write(selection, HistoryCursor(ring, query), &json)
                }
            } else {
                write(selection, nil, &json)
            }
        }
        return json.bytes
    }

    private static func write(_ health: HealthOverview?, _ json: inout JSONBytes) {
        guard let health else { return }
        json.key("health")
        json.object { json in
            json.key("status")
            json.string(health.status.rawValue)
            json.key("name")
            json.item(health.name)
            json.key("version")
            json.item(health.version)
            json.key("checks")
            json.array(of: health.checks) { json, check in
                json.object { json in
                    json.key("name")
                    json.string(check.name)
                    json.key("status")
                    json.string(check.status.rawValue)
                    json.key("critical")
                    json.boolean(check.isCritical)
                    if let reason = check.reason {
                        json.key("reason")
                        json.string(reason)
                    }
                    if let since = check.since {
                        json.key("since")
                        json.number(since.rounded())
                    }
                }
            }
        }
    }

    private static func write(_ ring: HistoryRing, _ query: PageQuery, _ json: inout JSONBytes) {
        json.key("history")
        json.object { json in
            json.key("range")
            json.string(query.range.name)
            json.key("step")
            json.whole(query.range.seconds)
            json.key("count")
            json.whole(query.range.count)
            json.key("newest")
            json.whole(ring.newest(query.range))
            json.key("series")
            json.whole(ring.count)
            json.key("omitted")
            json.whole(ring.omitted)
        }
    }

    private static func write(_ selection: Selection, _ cursor: HistoryCursor?, _ json: inout JSONBytes) {
        json.key("families")
        json.array(of: selection.families) { json, item in
            json.object { json in
                write(item.family, &json)
                json.key("series")
                json.array(of: item.series) { json, series in
                    json.object { json in
                        json.key("l")
                        json.array(of: series.labelValues) { $0.string(escapedLabel: series.labels[$1]) }
                        json.key("v")
                        json.array(of: series.values) { $0.value($1) }
                        cursor?.write(item.family, series, &json)
                    }
                }
            }
        }
    }

    private static func write(_ family: FamilyReading, _ json: inout JSONBytes) {
        json.key("name")
        json.string(family.name)
        json.key("help")
        json.string(family.help)
        json.key("type")
        json.string(family.type)
        json.key("kind")
        json.string(family.kind)
        json.key("labels")
        json.array(of: family.labelNames) { $0.string($1) }
        json.key("constant")
        json.array(of: family.constantLabels) { json, label in
            json.array { json in
                json.string(label.name)
                json.string(label.value)
            }
        }
        if family.isNative {
            json.key("native")
            json.boolean(true)
        }
        guard let label = family.sampleLabel else { return }
        json.key("part")
        json.string(label)
        json.key("parts")
        json.array(of: family.samples.compactMap(\.part)) { $0.string($1) }
    }
}

/// The points that a browser does not have yet.
struct HistoryCursor {
    private let ring: HistoryRing
    private let range: HistoryRange
    private let indexes: Range<Int>

    init(_ ring: HistoryRing, _ query: PageQuery) {
        self.ring = ring
        range = query.range
        let newest = ring.newest(range)
        // A number from before a restart of the server may lie in the future.
        let after = query.after.flatMap { $0 <= newest ? $0 : nil } ?? -1
        indexes = max(0, newest + 1 - range.count, after + 1)..<max(0, newest + 1)
    }

    /// Writes the curves of a series as the member `h`, if they have new points.
    func write(_ family: FamilyReading, _ series: SeriesReading, _ json: inout JSONBytes) {
        let key = HistoryRing.Key(family: family.identity, labels: series.labels)
        guard !indexes.isEmpty, let history = ring[key] else { return }
        json.key("h")
        json.array(of: 0..<history.shape.curves) { json, curve in
            json.array(of: indexes) { $0.point(history.point(curve, range, index: $1)) }
        }
    }
}
