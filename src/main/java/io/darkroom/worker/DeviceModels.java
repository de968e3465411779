package io.darkroom.worker;

import io.darkroom.engine.CallMeter;
import io.darkroom.onnx.Device;
import io.darkroom.pipeline.Models;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The devices of this worker, with what is loaded on each: networks are never shared between devices. */
record DeviceModels(List<One> each) {
    /**
     * One device.
     *
     * @param models what is loaded there, by that device's thread alone
     * @param meter hears of all its calls
     */
    record One(Device device, Models models, CallMeter meter) {}

    /** For planning and lists, which need no device. */
    Models any() {
        return each.get(0).models();
    }

    /** What keeps models from being used on one of the devices, by model. */
    NavigableMap<String, String> problems() {
        NavigableMap<String, String> problems = new TreeMap<>();
        each.forEach(one -> one.models().problems().forEach(problems::putIfAbsent));
        return problems;
    }
}
