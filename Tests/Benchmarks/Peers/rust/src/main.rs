//! Measures rust-prometheus for tally-bench: the operations that the arguments name, or all of them.
//!
//! Prints a JSON object of nanoseconds. With several threads, that is the wall time divided by the number of operations
//! of all of them. Sources/TallyBench/Peers.swift lists the operations and builds this program.

use prometheus::{
    Encoder, Gauge, Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts, Registry,
    TextEncoder,
};
use std::time::{Duration, Instant};

struct Peer {
    wanted: Vec<String>,
    results: Vec<(String, f64)>,
}

/// The nanoseconds in which each thread performs `count` operations.
fn timed(threads: usize, count: usize, body: impl Fn(usize, usize) + Sync) -> f64 {
    let start = Instant::now();
    if threads == 1 {
        body(0, count);
    } else {
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let body = &body;
                scope.spawn(move || body(thread, count));
            }
        });
    }
    start.elapsed().as_nanos() as f64
}

impl Peer {
    fn wants(&self, key: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|wanted| wanted == key)
    }

    /// Keeps the best of five repetitions of at least 10 ms.
    fn measure(&mut self, name: &str, threads: usize, body: impl Fn(usize, usize) + Sync) {
        let key = match threads {
            1 => name.to_string(),
            _ => format!("{name}_{threads}_threads"),
        };
        if !self.wants(&key) {
            return;
        }
        let mut count = 1000;
        while timed(threads, count, &body) < 10e6 {
            count *= 4;
        }
        let best = (0..5)
            .map(|_| timed(threads, count, &body))
            .fold(f64::INFINITY, f64::min);
        self.results.push((key, best / (count * threads) as f64));
    }

    fn increments(&mut self, registry: &Registry) {
        let counter = IntCounter::new("counter_total", "A counter.").unwrap();
        registry.register(Box::new(counter.clone())).unwrap();
        let children = counters(registry, "children_total", &["number"]);
        let bound: Vec<IntCounter> = (0..8)
            .map(|number| children.with_label_values(&[&number.to_string()]))
            .collect();
        for threads in [1, 2, 8] {
            self.measure("increment", threads, |_, count| {
                for _ in 0..count {
                    counter.inc();
                }
            });
            self.measure("increment_child", threads, |thread, count| {
                let child = &bound[thread];
                for _ in 0..count {
                    child.inc();
                }
            });
        }
        self.measure("add", 1, |_, count| {
            for index in 0..count {
                counter.inc_by(index as u64 & 7);
            }
        });
    }

    fn lookups(&mut self, registry: &Registry) {
        let directions = counters(registry, "directions_total", &["direction"]);
        let routes = counters(registry, "routes_total", &["method", "outcome"]);
        let pages = counters(registry, "pages_total", &["method", "path"]);
        for threads in [1, 2, 8] {
            self.measure("lookup_enum", threads, |thread, count| {
                let direction = ["phone_to_binary", "binary_to_phone"][thread & 1];
                for _ in 0..count {
                    directions.with_label_values(&[direction]).inc();
                }
            });
            self.measure("lookup_two_enums", threads, |thread, count| {
                let outcome = ["ok", "client_error"][thread & 1];
                for _ in 0..count / 2 {
                    routes.with_label_values(&["GET", outcome]).inc();
                    routes.with_label_values(&["POST", outcome]).inc();
                }
            });
            self.measure("lookup_two_strings", threads, |thread, count| {
                let path = format!("/api/v1/users/{thread}/settings");
                for _ in 0..count / 2 {
                    pages.with_label_values(&["GET", &path]).inc();
                    pages.with_label_values(&["POST", &path]).inc();
                }
            });
        }
    }

    fn observations(&mut self, registry: &Registry) {
        let gauge = Gauge::new("gauge", "A gauge.").unwrap();
        // The default buckets are 11.
        let histogram =
            Histogram::with_opts(HistogramOpts::new("histogram_seconds", "A histogram.")).unwrap();
        registry.register(Box::new(gauge.clone())).unwrap();
        registry.register(Box::new(histogram.clone())).unwrap();
        self.measure("set", 1, |_, count| {
            for index in 0..count {
                gauge.set(index as f64);
            }
        });
        let values: Vec<f64> = (0..64)
            .map(|index| (index * 37 % 64) as f64 / 20.0)
            .collect();
        for threads in [1, 2] {
            self.measure("observe", threads, |_, count| {
                for index in 0..count {
                    histogram.observe(values[index & 63]);
                }
            });
        }
        self.measure("time", 1, |_, count| {
            for _ in 0..count {
                histogram.start_timer().observe_duration();
            }
        });
    }

    /// Measures a counter of this many label sets: how they are registered, and their text.
    fn series(&mut self, size: usize, repetitions: usize) {
        let (register, text) = (format!("register_{size}"), format!("text_{size}"));
        if !self.wants(&register) && !self.wants(&text) {
            return;
        }
        let labels: Vec<(String, String)> = (0..size)
            .map(|index| {
                (
                    format!("{:04}", index % 1000),
                    format!("user {index:08} of us"),
                )
            })
            .collect();
        let mut best = f64::INFINITY;
        let mut registry = Registry::new();
        for _ in 0..repetitions {
            registry = Registry::new();
            let vec = counters(&registry, "requests_by_user_total", &["shard", "user"]);
            best = best.min(timed(1, size, |_, _| {
                for (shard, user) in &labels {
                    vec.with_label_values(&[shard, user]);
                }
            }));
            for (index, (shard, user)) in labels.iter().enumerate() {
                vec.with_label_values(&[shard, user]).inc_by(index as u64);
            }
        }
        if self.wants(&register) {
            self.results.push((register, best / size as f64));
        }
        if self.wants(&text) {
            self.results.push((text, exposition(&registry)));
        }
    }
}

fn counters(registry: &Registry, name: &str, labels: &[&str]) -> IntCounterVec {
    let vec = IntCounterVec::new(Opts::new(name, "A counter."), labels).unwrap();
    registry.register(Box::new(vec.clone())).unwrap();
    vec
}

/// The best exposition of those that fit in a second, into a buffer that is reused.
fn exposition(registry: &Registry) -> f64 {
    let mut buffer = Vec::new();
    let mut best = f64::INFINITY;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(1) {
        let each = Instant::now();
        buffer.clear();
        TextEncoder::new()
            .encode(&registry.gather(), &mut buffer)
            .unwrap();
        best = best.min(each.elapsed().as_nanos() as f64);
    }
    best
}

fn main() {
    let mut peer = Peer {
        wanted: std::env::args().skip(1).collect(),
        results: Vec::new(),
    };
    let registry = Registry::new();
    peer.increments(&registry);
    peer.lookups(&registry);
    peer.observations(&registry);
    peer.series(1000, 9);
    peer.series(100_000, 3);
    peer.series(1_000_000, 1);
    let fields: Vec<String> = peer
        .results
        .iter()
        .map(|(key, value)| format!("\"{key}\": {value}"))
        .collect();
    println!("{{{}}}", fields.join(", "));
}
