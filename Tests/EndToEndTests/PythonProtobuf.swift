import Foundation
import TallyTestSupport

/// Python's protobuf, as a reader of our messages.
enum PythonProtobuf {
    static func isInstalled(_ module: String) -> Bool {
        guard let python = PythonParser.python else { return false }
        return (try? Program.run(python, ["-c", "import prometheus_client, \(module)"]))?.status == 0
    }

    /// Prometheus' `metrics.proto`, with the field numbers of
    /// https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
    private static let metrics = """
        import base64, json, sys
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format, timestamp_pb2

        F = descriptor_pb2.FieldDescriptorProto
        file = descriptor_pb2.FileDescriptorProto(name="metrics.proto", package="io.prometheus.client",
            syntax="proto3", dependency=["google/protobuf/timestamp.proto"])
        kinds = {"string": F.TYPE_STRING, "double": F.TYPE_DOUBLE, "uint64": F.TYPE_UINT64, "uint32": F.TYPE_UINT32,
            "sint32": F.TYPE_SINT32, "sint64": F.TYPE_SINT64, "int64": F.TYPE_INT64}
        types = file.enum_type.add(name="MetricType")
        for number, name in enumerate(["COUNTER", "GAUGE", "SUMMARY", "UNTYPED", "HISTOGRAM", "GAUGE_HISTOGRAM"]):
            types.value.add(name=name, number=number)
        for name, fields in {
            "LabelPair": "string name 1, string value 2",
            "Gauge": "double value 1",
            "Counter": "double value 1, Exemplar exemplar 2, Timestamp created 3",
            "Untyped": "double value 1",
            "Exemplar": "*LabelPair label 1, double value 2, Timestamp timestamp 3",
            "Bucket": "uint64 cumulative_count 1, double upper_bound 2, Exemplar exemplar 3",
            "BucketSpan": "sint32 offset 1, uint32 length 2",
            "Histogram": "uint64 sample_count 1, double sample_sum 2, *Bucket bucket 3, sint32 schema 5, "
                "double zero_threshold 6, uint64 zero_count 7, *BucketSpan negative_span 9, *sint64 negative_delta 10, "
                "*BucketSpan positive_span 12, *sint64 positive_delta 13, Timestamp created 15, *Exemplar exemplars 16",
            "Metric": "*LabelPair label 1, Gauge gauge 2, Counter counter 3, Untyped untyped 5, int64 timestamp_ms 6, "
                "Histogram histogram 7",
            "MetricFamily": "string name 1, string help 2, MetricType type 3, *Metric metric 4, string unit 5",
        }.items():
            message = file.message_type.add(name=name)
            for field in fields.split(", "):
                kind, field, number = field.split(" ")
                label = F.LABEL_REPEATED if kind[0] == "*" else F.LABEL_OPTIONAL
                added = message.field.add(name=field, number=int(number), label=label)
                kind = kind.lstrip("*")
                if kind in kinds: added.type = kinds[kind]
                elif kind == "MetricType": added.type, added.type_name = F.TYPE_ENUM, ".io.prometheus.client.MetricType"
                elif kind == "Timestamp": added.type, added.type_name = F.TYPE_MESSAGE, ".google.protobuf.Timestamp"
                else: added.type, added.type_name = F.TYPE_MESSAGE, ".io.prometheus.client." + kind
        pool = descriptor_pool.Default()
        pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
        MetricFamily = message_factory.GetMessageClass(pool.FindMessageTypeByName("io.prometheus.client.MetricFamily"))

        def unknown(message):
            from google.protobuf import unknown_fields
            if len(unknown_fields.UnknownFieldSet(message)): return True
            return any(unknown(value) for field, values in message.ListFields() if field.message_type
                for value in (values if hasattr(values, "__len__") else [values]))

        def families(body):
            position, read = 0, []
            while position < len(body):
                length = shift = 0
                while True:
                    byte = body[position]
                    position += 1
                    length |= (byte & 127) << shift
                    shift += 7
                    if byte < 128: break
                assert position + length <= len(body)
                read.append(MetricFamily.FromString(body[position:position + length]))
                assert not unknown(read[-1])
                position += length
            return read

        """

    /// The text form of each family in a document.
    static func text(of body: [UInt8]) throws -> String {
        try run(
            metrics + """
                body = base64.b64decode(sys.stdin.read())
                json.dump("".join(text_format.MessageToString(family) for family in families(body)), sys.stdout)
                """,
            Data(body).base64EncodedData()
        )
    }

    /// The text form of a request of OTLP.
    static func text(ofOTLP body: [UInt8]) throws -> String {
        try run(
            """
            import base64, json, sys
            from google.protobuf import text_format
            from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
            request = ExportMetricsServiceRequest.FromString(base64.b64decode(sys.stdin.read()))
            json.dump(text_format.MessageToString(request), sys.stdout)
            """,
            Data(body).base64EncodedData()
        )
    }

    struct Case: Encodable {
        let seed: String
        let text: Data
        let openMetrics: Data
        let protobuf: Data
        let otlp: Data
    }

    struct Verdict: Decodable {
        let families: Int
        let samples: Int
        let native: Int
        let exemplars: Int
        let differences: [String]
    }

    /// Compares documents with the text of the same registries.
    static func compare(_ cases: [Case], createdAt created: Double) throws -> Verdict {
        let script =
            metrics + """
                from prometheus_client import parser
                from prometheus_client.openmetrics import parser as openmetrics
                from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

                total = {"families": 0, "samples": 0, "native": 0, "exemplars": 0}

                def sample(name, labels, value):
                    labels = dict(labels)
                    if "le" in labels: labels["le"] = repr(float(labels["le"]))
                    return repr((name, sorted(labels.items()), repr(float(value))))

                def created(message):
                    assert abs(message.created.seconds + message.created.nanos / 1e9 - \(created)) < 1e-6, message

                def native(histogram):
                    counts = histogram.zero_count
                    for spans, deltas in ((histogram.positive_span, histogram.positive_delta),
                                          (histogram.negative_span, histogram.negative_delta)):
                        assert sum(span.length for span in spans) == len(deltas)
                        assert all(span.offset > 0 for span in list(spans)[1:])
                        count = 0
                        for delta in deltas:
                            count += delta
                            assert count > 0
                            counts += count
                    assert counts == histogram.sample_count, histogram
                    assert histogram.zero_threshold > 0
                    total["native"] += 1

                def expand(family, exemplars):
                    for metric in family.metric:
                        labels = [(pair.name, pair.value) for pair in metric.label]
                        kind = ["counter", "gauge", None, None, "histogram"][family.type]
                        assert metric.HasField(kind), metric
                        message = getattr(metric, kind)
                        if kind == "histogram":
                            created(message)
                            if message.zero_threshold: native(message)
                            last = 0
                            for bucket in message.bucket:
                                assert last <= bucket.cumulative_count <= message.sample_count
                                last = bucket.cumulative_count
                                yield sample(family.name + "_bucket", labels + [("le", bucket.upper_bound)], last)
                            yield sample(family.name + "_bucket", labels + [("le", "inf")], message.sample_count)
                            yield sample(family.name + "_sum", labels, message.sample_sum)
                            yield sample(family.name + "_count", labels, message.sample_count)
                            continue
                        if kind == "counter":
                            created(message)
                            if message.HasField("exemplar"):
                                pairs = sorted((pair.name, pair.value) for pair in message.exemplar.label)
                                exemplars.append(repr((family.name, sorted(labels), pairs, message.exemplar.value)))
                                assert message.exemplar.timestamp.seconds > 0
                        yield sample(family.name, labels, message.value)

                def points(request):
                    for resource in request.resource_metrics:
                        for scope in resource.scope_metrics:
                            for metric in scope.metrics:
                                yield from expandOTLP(metric)

                def expandOTLP(metric):
                    kind = metric.WhichOneof("data")
                    for point in getattr(metric, kind).data_points:
                        labels = [(pair.key, pair.value.string_value) for pair in point.attributes]
                        if kind in ("gauge", "sum"):
                            yield sample(metric.name, labels, getattr(point, point.WhichOneof("value")))
                            continue
                        yield sample(metric.name + "_count", labels, point.count)
                        if point.HasField("sum"): yield sample(metric.name + "_sum", labels, point.sum)
                        if kind == "histogram":
                            assert sum(point.bucket_counts) == point.count
                            last = 0
                            for bound, count in zip(list(point.explicit_bounds) + ["inf"], point.bucket_counts):
                                last += count
                                yield sample(metric.name + "_bucket", labels + [("le", bound)], last)
                        else:
                            counts = sum(point.positive.bucket_counts) + sum(point.negative.bucket_counts)
                            assert counts + point.zero_count == point.count

                differences = []
                for case in json.load(sys.stdin):
                    try:
                        bodies = {key: base64.b64decode(value) for key, value in case.items() if key != "seed"}
                        expected, helps, exemplars, found = [], {}, [], []
                        for family in parser.text_string_to_metric_families(bodies["text"].decode()):
                            for one in family.samples: expected.append(sample(one.name, one.labels, one.value))
                            helps[family.name] = family.documentation.strip()
                        for family in families(bodies["protobuf"]):
                            total["families"] += 1
                            found += expand(family, exemplars)
                            name = family.name
                            if family.type == 0: name = name.removesuffix("_total")
                            assert helps[name] == family.help.strip(), (name, helps[name], family.help)
                        total["samples"] += len(found)
                        missing, more = set(expected) - set(found), set(found) - set(expected)
                        if missing or more or len(expected) != len(found): differences.append(
                            case["seed"] + ": only in text " + str(sorted(missing)) + ", only in protobuf " + str(sorted(more)))
                        wanted = []
                        for family in openmetrics.text_string_to_metric_families(bodies["openMetrics"].decode()):
                            for one in family.samples:
                                if one.exemplar and not one.name.endswith("_bucket"): wanted.append(repr((one.name,
                                    sorted(one.labels.items()), sorted(one.exemplar.labels.items()), float(one.exemplar.value))))
                        total["exemplars"] += len(exemplars)
                        if sorted(wanted) != sorted(exemplars): differences.append(
                            case["seed"] + ": exemplars " + str(wanted) + " but " + str(exemplars))
                        if bodies["otlp"]:
                            found = set(points(ExportMetricsServiceRequest.FromString(bodies["otlp"])))
                            if found - set(expected): differences.append(
                                case["seed"] + ": only in OTLP " + str(sorted(found - set(expected))))
                            counts = {one for one in expected if "_bucket'" not in one and "_sum'" not in one}
                            if counts - found: differences.append(
                                case["seed"] + ": not in OTLP " + str(sorted(counts - found)))
                    except Exception as error:
                        differences.append(case["seed"] + ": " + repr(error))
                json.dump({**total, "differences": differences}, sys.stdout)
                """
        return try run(script, try JSONEncoder().encode(cases))
    }

    private static func run<Answer: Decodable>(_ script: String, _ input: Data) throws -> Answer {
        guard let python = PythonParser.python else { throw Program.Failed(description: "python3 is not installed") }
        let outcome = try Program.run(python, ["-c", script], input: input)
        guard outcome.status == 0 else { throw Program.Failed(description: outcome.errorText) }
        return try JSONDecoder().decode(Answer.self, from: outcome.output)
    }
}
