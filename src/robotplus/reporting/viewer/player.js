// The 3D player: shows one animated GLB at a time in one canvas. Knows nothing of the page around it.
import {
  ACESFilmicToneMapping, AnimationMixer, Box3, Clock, Color, DirectionalLight, Group, HemisphereLight,
  LoopOnce, PCFSoftShadowMap, PerspectiveCamera, Scene, Sphere, Vector3, WebGLRenderer,
} from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

export class Player {
  /** @param {HTMLElement} stage element to fill  @param {(seconds: number) => void} onTime called on every drawn time */
  constructor(stage, onTime) {
    this.stage = stage;
    this.onTime = onTime;
    this.time = 0;
    this.duration = 0;
    this.rate = 1;
    this.playing = false;
    this.frames = 0;
    this.renderer = new WebGLRenderer({ antialias: true, alpha: true });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFSoftShadowMap;
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.toneMappingExposure = 1.25;
    stage.append(this.renderer.domElement);
    this.scene = new Scene();
    this.camera = new PerspectiveCamera(35, 1, 0.02, 200);
    this.controls = new OrbitControls(this.camera, this.renderer.domElement);
    this.controls.enableDamping = true;
    this.controls.maxPolarAngle = Math.PI * 0.52;
    this.controls.addEventListener("change", () => this.redraw());
    this.model = new Group();
    this.scene.add(this.model, new HemisphereLight(new Color("#ffffff"), new Color("#9aa0a8"), 1.7));
    this.sun = new DirectionalLight(new Color("#ffffff"), 2.2);
    this.sun.castShadow = true;
    this.sun.shadow.mapSize.set(2048, 2048);
    this.sun.shadow.bias = -0.0005;
    this.scene.add(this.sun, this.sun.target);
    this.clock = new Clock();
    new ResizeObserver(() => this.resize()).observe(stage);
  }

  /** Show another animation, from its start. @param {ArrayBuffer} bytes a GLB */
  async load(bytes) {
    const gltf = await new GLTFLoader().parseAsync(bytes, "");
    this.model.clear();
    this.model.add(gltf.scene);
    this.envelope = [];
    gltf.scene.traverse((node) => {
      if (!node.isMesh && !node.isLine) return;
      const name = node.material.name;
      node.castShadow = node.isMesh && !/^(envelope|cell|floor)/.test(name);
      node.receiveShadow = node.isMesh && !name.startsWith("envelope");
      if (name.startsWith("envelope")) this.envelope.push(node);
    });
    this.mixer = new AnimationMixer(gltf.scene);
    this.duration = 0;
    for (const clip of gltf.animations) {
      const action = this.mixer.clipAction(clip);
      action.setLoop(LoopOnce, 1);
      action.clampWhenFinished = true;
      action.play();
      this.duration = Math.max(this.duration, clip.duration);
    }
    this.seek(0);
    this.frame(gltf.scene);
    this.resize();
  }

  /** Stand where robot and work fill the view. */
  frame(scene) {
    const box = new Box3();
    scene.updateWorldMatrix(true, true);
    scene.traverse((node) => {
      if (node.isMesh && !/^(cell|floor)/.test(node.material.name)) box.expandByObject(node);
    });
    const { center, radius } = box.getBoundingSphere(new Sphere());
    this.home = { center: center.clone(), radius };
    this.sun.position.copy(center).add(new Vector3(0.5, 1.4, 0.75).multiplyScalar(radius * 2));
    this.sun.target.position.copy(center);
    const reach = radius * 1.6;
    Object.assign(this.sun.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 0.1, far: radius * 8 });
    this.sun.shadow.camera.updateProjectionMatrix();
    this.resetView();
  }

  resetView() {
    if (!this.home) return;
    const { center, radius } = this.home;
    const narrow = Math.max(1, 1 / this.camera.aspect);
    const distance = (radius * 0.92 * narrow) / Math.sin((this.camera.fov * Math.PI) / 360);
    this.controls.target.copy(center);
    this.camera.position.copy(center).add(new Vector3(0.72, 0.42, 0.72).normalize().multiplyScalar(distance));
    this.controls.update();
    this.redraw();
  }

  showEnvelope(visible) {
    for (const node of this.envelope ?? []) node.visible = visible;
    this.redraw();
  }

  seek(seconds) {
    this.time = Math.min(Math.max(seconds, 0), this.duration);
    // a finished action stops listening to setTime, so wake it before moving back
    for (const action of this.mixer?._actions ?? []) { action.paused = false; action.enabled = true; }
    this.mixer?.setTime(Math.min(this.time, Math.max(0, this.duration - 1e-4)));
    this.onTime(this.time);
    this.redraw();
  }

  play(on) {
    this.playing = on;
    if (on && this.time >= this.duration - 1e-3) this.seek(0);
    this.clock.getDelta();
    this.redraw();
  }

  redraw() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      if (this.playing) {
        const next = this.time + Math.min(this.clock.getDelta(), 0.1) * this.rate;
        this.seek(next >= this.duration ? 0 : next);
      }
      const moved = this.controls.update();
      this.renderer.render(this.scene, this.camera);
      this.frames += 1;
      if (this.playing || moved) this.redraw();
    });
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.redraw();
  }
}
