extension SeriesReader {
    /// Appends a message for each metric that a series has in Prometheus' protobuf.
    mutating func write(_ page: SeriesPage, _ slot: Int, to writer: inout ProtobufWriter) {
        read(page, slot)
        let type = definition.layout.type
        let start = start(page, slot)
        guard definition.layout.distribution == nil else {
            return writer.nested(4) { metric in
                writeLabels(page, slot, part: nil, to: &metric)
                metric.nested(type.field) { writeHistogram(page, slot, start, to: &$0) }
            }
        }
        let exemplar = page.exemplar(slot, 0)
        for (index, sample) in definition.layout.samples.enumerated() {
            if case .absent = values[index] { continue }
            writer.nested(4) { metric in
                writeLabels(page, slot, part: sample.part, to: &metric)
                metric.nested(type.field) { message in
                    message.double(1, values[index].number)
                    guard let startField = type.startField else { return }
                    if let exemplar { message.nested(2) { Self.write(exemplar, to: &$0) } }
                    message.timestamp(startField, start)
                }
            }
        }
    }

    private func writeLabels(_ page: SeriesPage, _ slot: Int, part: String?, to metric: inout ProtobufWriter) {
        forEachLabel(page, slot, part: part) { name, value in metric.label(1, name, value) }
    }

    private func writeHistogram(
        _ page: SeriesPage,
        _ slot: Int,
        _ start: UnixTime?,
        to message: inout ProtobufWriter
    ) {
        message.varint(1, count)
        message.double(2, sum)
        for (index, bucket) in (classic + [(.infinity, count)]).enumerated() {
            let exemplar = page.exemplar(slot, index)
            // The count of the last bucket is that of the histogram.
            guard bucket.bound.isFinite || exemplar != nil else { continue }
            message.nested(3) { field in
                field.varint(1, bucket.count)
                field.double(2, bucket.bound)
                if let exemplar { field.nested(3) { Self.write(exemplar, to: &$0) } }
            }
        }
        if let native {
            message.zigzag(5, Int64(native.schema))
            message.double(6, native.zeroThreshold)
            message.varint(7, native.zeroCount)
            Self.write(native.negative, spans: 9, deltas: 10, to: &message)
            Self.write(native.positive, spans: 12, deltas: 13, to: &message)
        }
        message.timestamp(15, start)
        guard native != nil else { return }
        for index in 0...classic.count {
            // Scrapers reject an exemplar of native buckets without a time.
            guard let exemplar = page.exemplar(slot, index), UnixTime(exemplar.seconds) != nil else { continue }
            message.nested(16) { Self.write(exemplar, to: &$0) }
        }
    }

    /// Writes runs of neighbouring buckets, and the differences between their counts.
    private static func write(
        _ buckets: [NativeCounts.Bucket],
        spans: Int,
        deltas: Int,
        to message: inout ProtobufWriter
    ) {
        guard !buckets.isEmpty else { return }
        var first = 0
        var end = 0
        while first < buckets.count {
            var next = first + 1
            while next < buckets.count, buckets[next].key == buckets[next - 1].key + 1 { next += 1 }
            message.nested(spans) { span in
                span.zigzag(1, Int64(buckets[first].key - end))
                span.varint(2, UInt64(next - first))
            }
            end = buckets[next - 1].key + 1
            first = next
        }
        message.nested(deltas) { packed in
            var last: UInt64 = 0
            for bucket in buckets {
                // Counts are at most `Int64.max`.
                packed.zigzag(Int64(bucket.count) - Int64(last))
                last = bucket.count
            }
        }
    }

    private static func write(_ exemplar: ExemplarStore.Entry, to message: inout ProtobufWriter) {
        for label in exemplar.labels { message.label(1, label.name, label.value.utf8) }
        message.double(2, exemplar.value)
        message.timestamp(3, UnixTime(exemplar.seconds))
    }
}
