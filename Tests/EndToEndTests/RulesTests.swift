import Foundation
import TallyTestSupport
import Testing

/// The demo's dashboard and rules, judged by Prometheus' own tool and by Grafana's published model.
@Suite(.timeLimit(.minutes(15)))
struct RulesTests {
    private static let promtool = Program.find("promtool")

    private func printed(_ option: String) throws -> Data {
        let outcome = try Program.run(Program.built("tally-demo"), [option])
        try #require(outcome.status == 0)
        return outcome.output
    }

    @Test(.enabled(if: promtool != nil || Program.isRequired, "promtool is not installed: apt-get install prometheus"))
    func theRulesAreValidAndFireWhenTheyShould() throws {
        let folder = try TemporaryFolder()
        let rules = folder.url.appending(path: "rules.yml")
        try printed("--rules").write(to: rules)
        let promtool = try Program.require("promtool")
        let check = try Program.run(promtool, ["check", "rules", rules.path])
        #expect(check.status == 0, "\(check.text)\(check.errorText)")
        #expect((check.text + check.errorText).contains("16 rules found"))
        let tests = folder.url.appending(path: "tests.yml")
        try Data(Self.tests.utf8).write(to: tests)
        let test = try Program.run(promtool, ["test", "rules", tests.path])
        #expect(test.status == 0, "\(test.text)\(test.errorText)")
    }

    /// Cases that raise each alert, and cases that must not.
    private static let tests = #"""
        rule_files: [rules.yml]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - series: 'http_server_request_duration_seconds_count{job="j",http_route="/bad",http_response_status_code="200"}'
                values: '0+60x30'
              - series: 'http_server_request_duration_seconds_count{job="j",http_route="/bad",http_response_status_code="500"}'
                values: '0+6x30'
              - series: 'http_server_request_duration_seconds_count{job="j",http_route="/good",http_response_status_code="200"}'
                values: '0+60x30'
              - series: 'http_server_request_duration_seconds_bucket{job="j",http_route="/good",le="1"}'
                values: '0+10x30'
              - series: 'http_server_request_duration_seconds_bucket{job="j",http_route="/good",le="2.5"}'
                values: '0+60x30'
              - series: 'http_server_request_duration_seconds_bucket{job="j",http_route="/good",le="+Inf"}'
                values: '0+60x30'
            promql_expr_test:
              - expr: route:http_server_requests:rate5m{http_route="/bad"}
                eval_time: 20m
                exp_samples: [{labels: 'route:http_server_requests:rate5m{job="j",http_route="/bad"}', value: 1.1}]
            alert_rule_test:
              - eval_time: 20m
                alertname: RouteFails
                exp_alerts:
                  - exp_labels: {severity: page, job: j, http_route: /bad}
                    exp_annotations: {summary: '9.091% of requests to /bad fail'}
              - eval_time: 20m
                alertname: RouteIsSlow
                exp_alerts:
                  - exp_labels: {severity: ticket, job: j, http_route: /good}
                    exp_annotations: {summary: 'a hundredth of requests to /good take 2.482s'}
          - interval: 1m
            input_series:
              - series: 'node_cpu_seconds_total{job="j",instance="i",cpu="0",mode="idle"}'
                values: '0+3x30'
              - series: 'node_memory_MemAvailable_bytes{job="j",instance="i"}'
                values: '1x30'
              - series: 'node_memory_MemTotal_bytes{job="j",instance="i"}'
                values: '100x30'
              - series: 'process_open_fds{job="j",instance="i"}'
                values: '90x30'
              - series: 'process_max_fds{job="j",instance="i"}'
                values: '100x30'
              - series: 'container_memory_working_set_bytes{job="j",instance="i",name="web",id="a"}'
                values: '95x30'
              - series: 'container_spec_memory_limit_bytes{job="j",instance="i",name="web",id="a"}'
                values: '100x30'
              - series: 'container_memory_working_set_bytes{job="j",instance="i",name="unlimited",id="b"}'
                values: '95x30'
              - series: 'container_spec_memory_limit_bytes{job="j",instance="i",name="unlimited",id="b"}'
                values: '0x30'
            alert_rule_test:
              - eval_time: 30m
                alertname: MachineIsBusy
                exp_alerts:
                  - exp_labels: {severity: ticket, job: j, instance: i}
                    exp_annotations: {summary: 'the processors of i are 95% busy'}
              - eval_time: 30m
                alertname: MemoryRunsOut
                exp_alerts:
                  - exp_labels: {severity: page, job: j, instance: i}
                    exp_annotations: {summary: '1% of the memory of i is available'}
              - eval_time: 30m
                alertname: FileDescriptorsRunOut
                exp_alerts:
                  - exp_labels: {severity: page, job: j, instance: i}
                    exp_annotations: {summary: 'i uses 90% of its file descriptors'}
              - eval_time: 30m
                alertname: ContainerIsAtItsMemoryLimit
                exp_alerts:
                  - exp_labels: {severity: ticket, job: j, instance: i, name: web, id: a}
                    exp_annotations: {summary: 'web a uses 95% of its memory'}
          - interval: 1m
            input_series:
              - series: 'health_check_up{instance="i",check="database"}'
                values: '1x10 0x20'
              - series: 'health_check_up{instance="i",check="spool"}'
                values: '1x30'
              - series: 'health_check_last_success_timestamp_seconds{instance="i",check="database"}'
                values: '600x30'
              - series: 'tally_family_overflow_total{instance="i",family="f"}'
                values: '0x5 0+1x25'
              - series: 'tally_family_overflow_total{instance="i",family="once"}'
                values: '7x30'
              - series: 'tally_rejected_updates_total{instance="i",reason="negative"}'
                values: '0+1x30'
              - series: 'tally_scrape_errors_total{instance="i",family="g"}'
                values: '0+1x30'
              - series: 'tally_active_users_overflow{instance="i",metric="users"}'
                values: '1x30'
            alert_rule_test:
              - eval_time: 5m
                alertname: HealthCheckFails
                exp_alerts: []
              - eval_time: 20m
                alertname: HealthCheckFails
                exp_alerts:
                  - exp_labels: {severity: page, instance: i, check: database}
                    exp_annotations: {summary: 'the check database of i fails'}
              - eval_time: 30m
                alertname: HealthCheckHasNotAnswered
                exp_alerts:
                  - exp_labels: {severity: ticket, instance: i, check: database}
                    exp_annotations: {summary: 'database of i answered 20m 0s ago'}
              - eval_time: 30m
                alertname: FamilyIsFull
                exp_alerts:
                  - exp_labels: {severity: ticket, instance: i, family: f}
                    exp_annotations: {summary: 'the family f of i is past its limit'}
              - eval_time: 30m
                alertname: UpdatesAreRejected
                exp_alerts:
                  - exp_labels: {severity: ticket, instance: i, reason: negative}
                    exp_annotations: {summary: 'i makes invalid updates: negative'}
              - eval_time: 30m
                alertname: ScrapesOmitFamilies
                exp_alerts:
                  - exp_labels: {severity: ticket, instance: i, family: g}
                    exp_annotations: {summary: 'scrapes of i omit the family g'}
              - eval_time: 30m
                alertname: ActiveUsersAreEstimated
                exp_alerts:
                  - exp_labels: {severity: ticket, instance: i, metric: users}
                    exp_annotations: {summary: 'users of i has more users than maxUsers'}
        """#
}
