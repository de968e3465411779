package io.darkroom.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.darkroom.model.DeviceException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DevicesTest {
    /** A machine with so many CUDA devices, and four cores. */
    private static List<Device> on(int cudaDevices, String setting) {
        return Devices.of(
                setting,
                4,
                device -> device instanceof Device.Cuda cuda && cuda.index() >= cudaDevices
                        ? Optional.of("there are " + cudaDevices)
                        : Optional.empty());
    }

    @Test
    void autoIsEveryCudaDeviceElseTheCpu() {
        assertThat(on(2, "auto")).containsExactly(new Device.Cuda(0), new Device.Cuda(1));
        assertThat(on(0, "auto")).containsExactly(new Device.Cpu());
    }

    @Test
    void aListIsTakenInItsOrder() {
        assertThat(on(3, "cuda:2, cuda:0")).containsExactly(new Device.Cuda(2), new Device.Cuda(0));
        assertThat(on(3, "cuda")).containsExactly(new Device.Cuda(0));
        assertThat(on(3, "cpu")).containsExactly(new Device.Cpu());
    }

    @Test
    void partsOfTheCpuHaveAnEqualShareOfItsCores() {
        assertThat(on(0, "cpu:1,cpu:0, cpu:2"))
                .containsExactly(new Device.Cpu(0, 3), new Device.Cpu(1, 3), new Device.Cpu(2, 3));
        assertThat(on(0, "cpu:0")).containsExactly(new Device.Cpu());
        assertThat(List.of(new Device.Cpu(0, 3).threads(8), new Device.Cpu(1, 3).threads(8)))
                .containsExactly(3, 3);
        assertThat(List.of(new Device.Cpu(2, 3).threads(8), new Device.Cpu(2, 3).threads(2)))
                .containsExactly(2, 1);
    }

    @Test
    void partsOfTheCpuAreCountedFromZeroAndNoMoreThanItsCores() {
        assertThatThrownBy(() -> on(0, "cpu:0,cpu:2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"cpu:0,cpu:2\"")
                .hasMessageContaining("none is cpu:1");
        assertThatThrownBy(() -> on(0, "cpu:0,cpu:1,cpu:2,cpu:3,cpu:4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5 parts")
                .hasMessageContaining("4 cores");
    }

    @Test
    void theCpuBesideACudaDeviceIsRefused() {
        assertThatThrownBy(() -> on(1, "cuda:0,cpu"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"cuda:0,cpu\"");
    }

    @Test
    void aCudaDeviceThatIsNotThereIsAClearError() {
        assertThatThrownBy(() -> on(1, "cuda:1"))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("cuda:1")
                .hasMessageContaining("there are 1");
    }

    @Test
    void anythingElseIsRefusedWithWhatIsAccepted() {
        assertThatThrownBy(() -> on(1, "gpu"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"gpu\"")
                .hasMessageContaining("auto, cpu, cuda");
    }

    @Test
    void thisMachinesCpuOpensASession() {
        assertThat(Sessions.whyUnusable(new Device.Cpu())).isEmpty();
    }
}
